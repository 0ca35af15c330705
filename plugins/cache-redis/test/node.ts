/**
 * A process of its own that asks through the cache: `node node.ts SETTINGS`. Prints a line of JSON for each answer, and ends.
 * Its provider sends one HTTP request per call.
 */
import { foldCall, LlmError, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { answer, plug, standing } from "./stubs.ts"

const Settings = Schema.Struct({
  url: Schema.String,
  prefix: Schema.String,
  leaseMs: Schema.Int,
  upstream: Schema.String,
  calls: Schema.Int,
  streamed: Schema.Boolean,
  mode: Schema.optionalKey(Schema.Literals(["read-write", "refresh", "write-only"])),
})
export interface NodeSettings extends Schema.Schema.Type<typeof Settings> {}

const Completion = Schema.Struct({
  choices: Schema.Array(Schema.Struct({ message: Schema.Struct({ content: Schema.String }) })),
})
const read = Schema.decodeUnknownSync(Completion)

const upstreamProvider = (baseURL: string) =>
  plug("provider", {
    id: "p",
    models: ["m"],
    describe: () => undefined,
    generate: () =>
      Effect.tryPromise({
        try: async (signal) => {
          const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }] })
          const headers = { "content-type": "application/json", authorization: "Bearer none" }
          const reply = await fetch(`${baseURL}/chat/completions`, { method: "POST", headers, body, signal })
          return answer(read(await reply.json()).choices[0]?.message.content ?? "")
        },
        catch: (error) => LlmError.make({ _tag: "Network", message: String(error) }),
      }),
  })

if (import.meta.main) {
  const { upstream, calls, streamed, mode, ...options } = Schema.decodeUnknownSync(Schema.fromJsonString(Settings))(
    process.argv[2],
  )
  const program = Effect.gen(function* () {
    const stack = yield* standing([upstreamProvider(upstream)], { ...options, patienceMs: 1000 })
    process.stdout.write("ready\n")
    const input = mode === undefined ? {} : { policy: { cache: { mode } } }
    const one = streamed ? Effect.map(stack.collect(input), foldCall) : stack.call(input)
    const told = Effect.map(one, ({ content, cached }) => {
      process.stdout.write(`${JSON.stringify({ text: textOf(content), cached: cached?.kind ?? "none" })}\n`)
    })
    yield* Effect.forEach(Array.from({ length: calls }), () => told, { concurrency: "unbounded" })
  })
  await Effect.runPromise(Effect.scoped(program))
}
