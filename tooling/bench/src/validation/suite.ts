import { isDeepStrictEqual } from "node:util"
import { extractJson, JsonStream } from "@switchyard/validate-json"
import { load, type Untyped } from "../field.ts"
import { compare } from "../measure.ts"
import { report, say } from "../report.ts"
import { brokenTexts, validJson } from "./texts.ts"

const suite = "validation"

type Corpus = Readonly<Record<string, ReadonlyArray<readonly [text: string, expected: unknown]>>>

/** The corpora belong to the plugin's tests; a benchmark may look at them, but does not depend on them. */
const fromCorpus = async (file: string): Promise<Untyped> =>
  import(new URL(`../../../../plugins/validate-json/test/corpus/${file}.ts`, import.meta.url).href)

const { none } = await fromCorpus("Case")

/** What reads JSON out of a text. Throws, or gives undefined, where it finds none. */
interface Reader {
  readonly name: string
  readonly read: (text: string) => unknown
}

const readers = async (): Promise<ReadonlyArray<Reader>> => {
  const [{ jsonrepair }, { parse }, { parsePartialJson }] = await Promise.all([
    load("jsonrepair"),
    load("partial-json"),
    load("ai"),
  ])
  return [
    {
      name: "switchyard",
      read: (text) => {
        const found = extractJson(text)
        return found.found ? found.value : undefined
      },
    },
    { name: "jsonrepair", read: (text) => JSON.parse(jsonrepair(text)) },
    { name: "partial-json", read: (text) => parse(text) },
    { name: "ai", read: async (text) => (await parsePartialJson(text)).value },
  ]
}

/** MB/s of our reader, and its time against the others'. One that throws or reads another value has no figure. */
const speed = async (all: ReadonlyArray<Reader>, name: string, text: string): Promise<void> => {
  const expected = await all[0]?.read(text)
  const able: Array<Reader> = []
  for (const reader of all) {
    try {
      if (isDeepStrictEqual(await reader.read(text), expected)) able.push(reader)
      else say(`  ${name}: ${reader.name} reads another value`)
    } catch {
      say(`  ${name}: ${reader.name} gives up`)
    }
  }
  const calls = Math.max(5, Math.ceil(2e7 / text.length))
  const costs = await compare(
    able.map((reader) => ({ name: reader.name, call: async () => reader.read(text) })),
    { calls, rounds: 5, concurrency: 1, warmUp: Math.ceil(calls / 3) },
  )
  const ours = costs.get("switchyard")?.wallUs ?? Number.NaN
  for (const [peer, { wallUs }] of costs) {
    if (peer === "switchyard") report({ suite, name: `${name} speed`, ours: text.length / ours, unit: "MB/s" })
    else report({ suite, name, ours, peer, peer_value: wallUs, unit: "us" })
  }
}

/** How many of a corpus come out as they should, and how many come out wrong without an error. */
const score = async (all: ReadonlyArray<Reader>, name: string, corpus: Corpus): Promise<void> => {
  const cases = Object.values(corpus).flat()
  for (const { name: peer, read } of all) {
    let right = 0
    let wrong = 0
    for (const [text, expected] of cases) {
      const got = await outcome(read, text)
      if (expected === none ? got === none : isDeepStrictEqual(got, expected)) right++
      else if (got !== none) wrong++
    }
    report({ suite, name: `${name}, ${cases.length} cases: ${peer} right`, ours: right, unit: "cases" })
    report({ suite, name: `${name}, ${cases.length} cases: ${peer} wrong value`, ours: wrong, unit: "cases" })
  }
}

const outcome = async (read: Reader["read"], text: string): Promise<unknown> => {
  try {
    const value = await read(text)
    return value === undefined ? none : value
  } catch {
    return none
  }
}

/** A whole object in chunks, its newest value looked at after each, against one reading of it all. */
const streaming = async (all: ReadonlyArray<Reader>, text: string, chunks: number): Promise<void> => {
  const size = Math.ceil(text.length / chunks)
  const flow = (look: boolean) => () => {
    const stream = new JsonStream()
    for (let at = 0; at < text.length; at += size) {
      stream.push(text.slice(at, at + size))
      if (look) stream.partial()
    }
    return Promise.resolve(stream.finish())
  }
  const tolerant = `${text.slice(0, -1)},}`
  const contestants = [
    { name: "pushed", call: flow(false) },
    { name: "pushed and looked at", call: flow(true) },
    { name: "JSON.parse", call: () => Promise.resolve(JSON.parse(text)) },
    { name: "one tolerant parse", call: () => Promise.resolve(extractJson(tolerant)) },
    ...all
      .filter(({ name }) => name === "partial-json")
      .map(({ name, read }) => ({ name: `one parse of ${name}`, call: async () => read(text) })),
  ]
  const costs = await compare(contestants, { calls: 25, rounds: 5, concurrency: 1, warmUp: 5 })
  for (const ours of ["pushed", "pushed and looked at"])
    for (const [peer, { wallUs }] of costs)
      if (!peer.startsWith("pushed"))
        report({
          suite,
          name: `stream ${chunks} chunks, ${ours}`,
          ours: costs.get(ours)?.wallUs ?? Number.NaN,
          peer,
          peer_value: wallUs,
          unit: "us",
        })
}

/** Extraction and repair against jsonrepair, partial-json and the AI SDK's partial parser. */
export const run = async (): Promise<void> => {
  const all = await readers()
  say("validation: what comes out right")
  await score(all, "development corpus", (await fromCorpus("development")).development)
  await score(all, "held-out corpus", (await fromCorpus("heldOut")).heldOut)
  say("validation: speed, medians of 5 rounds in turns")
  const valid = validJson(400_000, 0)
  await speed(all, "valid 400 kB", valid)
  await speed(all, "valid 2 kB", validJson(2000, 2))
  for (const [name, text] of Object.entries(brokenTexts(valid))) await speed(all, name, text)
  say("validation: a 1 MB object as it comes")
  await streaming(all, validJson(1_000_000, 0), 1000)
}
