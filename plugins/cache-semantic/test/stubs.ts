import {
  type Cache,
  type CacheHit,
  compose,
  definePlugin,
  Kernel,
  type LlmRequest,
  type LlmRequestInput,
  type LlmResponse,
  type Plugin,
  wholeAnswer,
  type Contributions,
  type PluginKind,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { semanticCache } from "../src/index.ts"

export const plug = <K extends PluginKind>(
  kind: K,
  value: Contributions[K],
  name = `test-${kind}`,
): Plugin<K, never, never> =>
  definePlugin({
    manifest: { name, kind, contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) => Layer.succeed(key, value),
  })()

/** A provider that answers with a number that counts up, or as `says` has it, and remembers what it was sent. */
export const counting = (says?: (request: LlmRequest) => string | undefined) => {
  const seen: Array<LlmRequest> = []
  const plugin = plug("provider", {
    id: "p",
    models: ["m", "n", "judge"],
    describe: () => undefined,
    generate: (request) =>
      Effect.sync(() => {
        const text = says?.(request) ?? `answer ${seen.push(request)}`
        return {
          content: [{ type: "text", text }],
          finish: { unified: "stop" },
          usage: { input: { total: 3 }, output: { total: 5 } },
          warnings: [],
          model: "vendor-model",
        } as const
      }),
  })
  return { plugin, seen }
}

/** A cache as another plugin may bring it: in a map, with every hook, and a record of what was asked of it. */
export const scriptedCache = () => {
  const entries = new Map<string, LlmResponse>()
  const log: Array<string> = []
  const short = (key: string) => key.slice(0, 4)
  let [hits, misses] = [0, 0]
  const cache: Cache = {
    lookup: (key) =>
      Effect.sync((): CacheHit | undefined => {
        log.push(`lookup ${short(key)}`)
        const response = entries.get(key)
        if (response === undefined) {
          misses++
          return undefined
        }
        hits++
        return { answer: wholeAnswer(response), provider: response.provider, cached: { kind: "exact", ageMs: 7 } }
      }),
    progress: (key) => Effect.sync(() => void log.push(`progress ${short(key)}`)),
    release: (key) => Effect.sync(() => void log.push(`release ${short(key)}`)),
    store: (key, response) =>
      Effect.sync(() => {
        log.push(`store ${short(key)}`)
        entries.set(key, response)
      }),
    invalidate: () =>
      Effect.sync(() => {
        const { size } = entries
        entries.clear()
        return size
      }),
    stats: Effect.sync(() => ({ hits, misses, evictions: 0, entries: entries.size, bytes: 1 })),
  }
  return { plugin: plug("cache", cache, "scripted-cache"), entries, log }
}

export type Options = NonNullable<Parameters<typeof semanticCache>[0]>

export const generate = (request: LlmRequestInput) => Kernel.use((kernel) => kernel.generate(request))
export const ask = (prompt: string, more: Partial<LlmRequestInput> = {}) => generate({ model: "p/m", prompt, ...more })

/** A stack with this provider and a semantic cache. */
export const stackOf = (provider: Plugin<"provider", never, never>, options: Options = {}) =>
  compose([provider, semanticCache(options)])
