import { readFileSync, readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { makeTokenCounter } from "@switchyard/usage"
import { Tokenizer } from "ai-tokenizer"
import * as aiEncoding from "ai-tokenizer/encoding/o200k_base"
import * as Effect from "effect/Effect"
import ranks from "gpt-tokenizer/bpeRanks/o200k_base"
import { GptEncoding } from "gpt-tokenizer/GptEncoding"
import { get_encoding } from "tiktoken"
import { median, report, say } from "../report.ts"

type Count = (text: string) => number

const folder = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url))

const textsIn = (path: string, ending: string): string =>
  readdirSync(folder(path))
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(`${folder(path)}/${name}`, "utf8"))
    .join("\n")

/** Documents and code of this repository, about 10,000 tokens each; every round counts slices that nobody has seen. */
const slices = (count: Count): ReadonlyArray<string> => {
  const readmes = readdirSync(folder("plugins")).flatMap((name) => {
    try {
      return [readFileSync(folder(`plugins/${name}/README.md`), "utf8")]
    } catch {
      return []
    }
  })
  const text = [...readmes, textsIn("packages/core/src", ".ts")].join("\n")
  const length = Math.round((text.length / count(text)) * 10_000)
  return Array.from({ length: Math.floor(text.length / length) }, (_, at) => text.slice(at * length, (at + 1) * length))
}

/** CPU time in ms: other work on the machine does not count. */
const time = (count: Count, text: string): number => {
  const start = process.cpuUsage()
  count(text)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

/** Counting 10,000 tokens: texts seen for the first time, and again, against three tokenizers in turns. */
export const tokens = async (): Promise<void> => {
  const suite = "cache"
  say("tokens: counting 10,000 o200k tokens, of texts that are new and of texts that come again")
  const counter = await Effect.runPromise(makeTokenCounter({ preload: ["o200k_base"] }))
  const ai = new Tokenizer({ ...aiEncoding, special_tokens: {} })
  // An instance of its own: ours has one inside, and its memory of words would help this one.
  const gpt = GptEncoding.getEncodingApi("o200k_base", () => ranks)
  const wasm = get_encoding("o200k_base")
  const asText = { disallowedSpecial: new Set<string>() }
  const contestants: Readonly<Record<string, Count>> = {
    ours: (text) => counter.count(text, "openai/gpt-5.4").tokens,
    "gpt-tokenizer": (text) => gpt.countTokens(text, asText),
    "ai-tokenizer": (text) => ai.count(text),
    tiktoken: (text) => wasm.encode_ordinary(text).length,
  }
  const texts = slices((text) => wasm.encode_ordinary(text).length)
  const names = Object.keys(contestants)
  const fresh = new Map<string, Array<number>>(names.map((name) => [name, []]))
  const again = new Map<string, Array<number>>(names.map((name) => [name, []]))
  for (const [round, text] of texts.entries()) {
    // Who is first pays for a cold memory: they take turns.
    for (const at of names.keys()) {
      const name = names[(at + round) % names.length] ?? ""
      const count = contestants[name]
      if (count === undefined) continue
      fresh.get(name)?.push(time(count, text))
      again.get(name)?.push(time(count, text))
    }
  }
  wasm.free()
  for (const [kind, times] of [
    ["new", fresh],
    ["again", again],
  ] as const) {
    const ours = median(times.get("ours") ?? [])
    for (const peer of names.slice(1)) {
      report({
        suite,
        name: `10,000 tokens, ${kind}`,
        ours,
        peer,
        peer_value: median(times.get(peer) ?? []),
        unit: "ms",
      })
    }
  }
}
