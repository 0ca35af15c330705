import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "fast-check"
import { folderSource } from "../src/index.ts"
import { readAll, temporaryFolder, write } from "./indexing.ts"

/** What is seen of each page, its words alone. */
const seen = Effect.fnUntraced(function* (pages: ReadonlyArray<string>) {
  const folder = yield* temporaryFolder
  write(folder, Object.fromEntries(pages.map((page, at) => [`${at}.html`, page])))
  const found = yield* readAll(folderSource(folder))
  return pages.map((_, at) => {
    const one = found[`${at}.html`]
    return one === undefined || "_tag" in one ? "" : (one.text.match(/\w+/g) ?? []).join(" ")
  })
})

/** Words of Latin letters before H are seen, those that begin with H are not. */
const cases: ReadonlyArray<readonly [page: string, words: string]> = [
  ["<ul><li hidden>HH<li>bbb important</ul><p>zebra", "bbb important zebra"],
  ["<ul><li>a<li hidden>HH</ul>b", "a b"],
  ["<ul><li hidden>HH<ul><li>HH<li>HH</ul>HH<li>b</ul>c", "b c"],
  ["<ul><li hidden><p>HH<p>HH</li><li>b</ul>", "b"],
  ["<ol><li hidden><div>HH</div>HH<li>b</ol>", "b"],
  ["<dl><dt hidden>HH<dd>a<dt>b<dd hidden>HH<dt>c<dd hidden>HH</dl>d", "a b c d"],
  ["<p hidden>HH<p>b", "b"],
  ["<p hidden>HH<b>HH</b><table><tr><td>b</table>", "b"],
  ["<p hidden>HH<h2>b</h2>", "b"],
  ["<div><p hidden>HH</div>b", "b"],
  ["<table><tr><td hidden>HH<td>b<tr><th hidden>HH<th>c</table>d", "b c d"],
  ["<table><tr hidden><td>HH<td>HH<tr><td>b</table>c", "b c"],
  ["<table><tr><td hidden>HH</tr><tr><td>b</table>", "b"],
  ["<table><tr><td hidden><table><tr><td>HH<td>HH<tr><td>HH</table>HH<td>b</table>", "b"],
  ["<table><thead hidden><tr><th>HH<tbody><tr><td>b<tfoot><tr><td>c</table>d", "b c d"],
  ["<table><tbody hidden><tr><td>HH<tbody><tr><td>b<tfoot hidden><tr><td>HH</table>c", "b c"],
  ["<table><caption hidden>HH<colgroup hidden><col><tr><td>b</table>", "b"],
  ["<datalist><option hidden>HH<option> b <optgroup hidden><option>HH<optgroup><option> c</datalist> d", "b c d"],
  ["<ruby>a <rp hidden>HH<rt>b <rt hidden>HH<rp>c </ruby>d", "a b c d"],
  ["<div hidden>HH<div>HH</div>HH<p>HH</div>b", "b"],
  ["<section><div hidden>HH</section>b", "b"],
  ["<ul><li><span hidden>HH<li>b</ul>c", "b c"],
  ["<div hidden><b>HH<i>HH</b>HH</i>HH</div>b", "b"],
  ["<div>a <div hidden>HH</p>HH</div>b</div>c", "a b c"],
  ["<p>a<p>b <div hidden>HH</p>HH</div>c", "a b c"],
  ["<svg><text>HH</text><path/></svg>a <svg/>b <math/>c", "a b c"],
  ["<template><li>HH</template>a <img hidden alt=HH>b <input hidden>c", "a b c"],
  ["<p hidden=until-found>a<LI HIDDEN>HH<Li>b", "a b"],
]

/** A list whose items may be hidden, with and without end tags. */
const lists = FastCheck.letrec((tie) => ({
  list: FastCheck.array(tie("item"), { minLength: 1, maxLength: 4 }),
  item: FastCheck.record({
    hidden: FastCheck.boolean(),
    ended: FastCheck.boolean(),
    inside: FastCheck.option(tie("list"), { maxDepth: 3 }),
    paragraph: FastCheck.boolean(),
  }),
}))

interface Item {
  readonly hidden: boolean
  readonly ended: boolean
  readonly inside: ReadonlyArray<Item> | null
  readonly paragraph: boolean
}

const pageOf = (items: ReadonlyArray<Item>, name: () => string): string =>
  `<ul>${items
    .map(({ hidden, ended, inside, paragraph }) => {
      const text = `${paragraph ? "<p>" : ""}${name()}${inside === null ? "" : pageOf(inside, name)}`
      return `<li${hidden ? " hidden" : ""}>${text}${ended ? "</li>" : ""}`
    })
    .join("\n")}</ul>`

const shown = (items: ReadonlyArray<Item>, name: () => string, within = true): ReadonlyArray<string> =>
  items.flatMap(({ hidden, inside }) => {
    const visible = within && !hidden
    const own = name()
    return [...(visible ? [own] : []), ...(inside === null ? [] : shown(inside, name, visible))]
  })

const counting = () => {
  let count = 0
  return () => `w${count++}`
}

describe("hidden parts of a page", () => {
  it.effect("end where the standard ends them, with or without a tag", () =>
    Effect.gen(function* () {
      const words = yield* seen(cases.map(([page]) => page))
      assert.deepStrictEqual(
        words.map((found, at) => [cases[at]?.[0], found]),
        cases.map(([page, expected]) => [page, expected]),
      )
    }),
  )

  it.live("leave what stands beside them, however lists are nested", () =>
    Effect.promise(() =>
      FastCheck.assert(
        FastCheck.asyncProperty(FastCheck.array(lists.list, { minLength: 20, maxLength: 20 }), (given) =>
          Effect.runPromise(
            Effect.gen(function* () {
              // Lists of this shape alone come out of `lists`.
              const pages = given as ReadonlyArray<ReadonlyArray<Item>>
              const words = yield* seen(pages.map((items) => `${pageOf(items, counting())}<p>end`))
              assert.deepStrictEqual(
                words,
                pages.map((items) => [...shown(items, counting()), "end"].join(" ")),
              )
            }).pipe(Effect.scoped),
          ),
        ),
        { numRuns: 15 },
      ),
    ),
  )

  it.live("take time in proportion to the page, whatever is left open", () =>
    Effect.gen(function* () {
      const shapes = [
        "<b><p>",
        "<li><div>",
        "<b><li>",
        "<td><p></td>",
        "<div hidden></p><b>",
        "<i></b>",
        "<dd hidden><dl>",
      ]
      const pages = shapes.map((shape) => shape.repeat(200_000))
      const began = process.cpuUsage()
      yield* seen(pages)
      const { user } = process.cpuUsage(began)
      // Quadratic time would be minutes.
      assert.isBelow(user / 1e6, 20)
    }),
  )
})
