import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"
import { afterAll, assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { listener, until } from "./listener.ts"
import { elsewhere, newStore, removeStores } from "./stubs.ts"

afterAll(removeStores)

const start = (...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const file = join(import.meta.dirname, "child.ts")
      const flags = ["--no-warnings", "--conditions=@switchyard/source", file, ...args]
      const child = spawn(process.execPath, flags, { stdio: ["ignore", "pipe", "inherit"] })
      const said = { text: "" }
      child.stdout?.setEncoding("utf8").on("data", (text: string) => (said.text += text))
      return { child, said }
    }),
    ({ child }) => kill(child),
  )

/** As a power cut: nothing of it runs any more. */
const kill = (child: ChildProcess) =>
  Effect.promise(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once("close", resolve))
    child.kill("SIGKILL")
    await gone
  })

it.live("a process that is killed loses nothing: decisions and deadlines go on in the next one", () =>
  Effect.gen(function* () {
    const store = newStore()
    const { posted, url } = yield* listener
    const first = yield* start("ask", store, url)
    const told = (event: string) => posted.filter((post) => post.event === event)
    yield* until("two tickets", () => told("review.opened").length === 2)
    yield* kill(first.child)

    const [decided = "", due = ""] = told("review.opened").map(({ ticket }) => ticket)
    yield* elsewhere(store, (reviews) => reviews.edit(decided, { by: "ann", text: "better" }))
    assert.deepStrictEqual(told("review.decided"), [])

    const second = yield* start("resume", store, url, decided)
    yield* until("both were told of", () => told("review.decided").length >= 2)
    const seen = told("review.decided").map(({ ticket, status, by }) => [ticket, status, by])
    assert.sameDeepMembers(seen, [
      [decided, "edited", "ann"],
      [due, "rejected", "deadline"],
    ])
    yield* until("the answer", () => second.said.text.includes('{"type":"text","text":"better"}'))
    const audits = yield* elsewhere(store, (reviews) => Effect.forEach([decided, due], reviews.audit))
    assert.deepStrictEqual(
      audits.map((entries) => entries.map(({ action, by }) => `${action} by ${by}`)),
      [
        ["opened by @switchyard/human-review", "edited by ann"],
        ["opened by @switchyard/human-review", "rejected by deadline"],
      ],
    )
  }).pipe(Effect.scoped),
)
