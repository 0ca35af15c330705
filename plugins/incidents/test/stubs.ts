import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  compose,
  type Contributions,
  definePlugin,
  Kernel,
  LlmError,
  type LlmRequestInput,
  type Plugin,
  type PluginKind,
  type ProviderResponse,
  type Providers,
  type Reason,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import { incidents as incidentsPlugin, type IncidentsHandle, makeIncidentsHandle } from "../src/index.ts"

export type GivenOptions = NonNullable<Parameters<typeof incidentsPlugin>[0]>

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

export const answer = (text: string): ProviderResponse => ({
  content: [{ type: "text", text }],
  finish: { unified: "stop" },
  usage: { input: { total: 3 }, output: { total: 5 } },
  warnings: [],
  model: "vendor-model",
})

export const failed = (reason: Reason["_tag"], more: Partial<Reason> = {}): LlmError => {
  const made: unknown = { _tag: reason, message: "it went wrong", ...more }
  return LlmError.make(made as Reason) // the tests give what the reason needs
}

/** A provider that does what it is told to at the moment. */
export const provider = (id = "p", model = "m") => {
  const state: { error: LlmError | undefined; calls: number } = { error: undefined, calls: 0 }
  const plugin = plug(
    "provider",
    {
      id,
      models: [model],
      describe: () => undefined,
      generate: () =>
        Effect.suspend(() => {
          state.calls++
          return state.error === undefined ? Effect.succeed(answer("fine")) : Effect.fail(state.error)
        }),
      embed: () =>
        Effect.suspend(() =>
          state.error === undefined
            ? Effect.succeed({
                vectors: [new Float32Array([1])],
                dimensions: 1,
                model,
                usage: { input: { total: 1 }, output: {} },
              })
            : Effect.fail(state.error),
        ),
    },
    `provider-${id}`,
  )
  return { plugin, state }
}

interface TestPlugin extends Pick<Plugin, "manifest"> {
  readonly key: unknown
  readonly layer: Layer.Layer<never, LlmError, Providers>
}

/** A stack that stands until the test is over, and how to call it. */
export const standing = Effect.fnUntraced(function* (
  plugins: ReadonlyArray<TestPlugin>,
  options: GivenOptions = {},
  routes: Readonly<Record<string, string | ReadonlyArray<string>>> = {},
) {
  const handle: IncidentsHandle = makeIncidentsHandle()
  const listed = [...plugins, incidentsPlugin({ store: ":memory:", handle, ...options })]
  const context = yield* Layer.build(compose(listed, { routes }))
  const call = (input: LlmRequestInput = { model: "p/m", prompt: "hi" }) =>
    Effect.provide(
      Kernel.use((kernel) => kernel.generate(input)),
      context,
    )
  const use: <A>(run: Parameters<typeof handle.use<A>>[0]) => Effect.Effect<A> = (run) =>
    Effect.promise(() => handle.use(run))
  yield* use((incidents) => incidents.list())
  return { call, use, handle, context }
})

/** So many calls, whatever becomes of them. */
export const times = <A, E>(count: number, call: Effect.Effect<A, E>) =>
  Effect.forEach(Array.from({ length: count }), () => Effect.exit(call))

export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "switchyard-incidents-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)

interface Posted {
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: { readonly event: string; readonly text: string; readonly incident: { readonly id: string } }
}

/** A webhook that keeps what it is sent and answers with this status. */
export const webhook = (status: () => number = () => 204) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<{ url: string; posted: Array<Posted>; attempts: () => number; close: () => void }>((resolve) => {
          const posted: Array<Posted> = []
          let attempts = 0
          const server = createServer((request, response) => {
            let text = ""
            request.setEncoding("utf8").on("data", (piece: string) => (text += piece))
            request.on("end", () => {
              attempts++
              const code = status()
              if (code < 300) posted.push({ headers: request.headers, body: JSON.parse(text) })
              response.writeHead(code).end()
            })
          })
          server.listen(0, "127.0.0.1", () => {
            const address = server.address()
            const port = typeof address === "object" && address !== null ? address.port : 0
            const close = () => {
              server.closeAllConnections()
              server.close()
            }
            resolve({ url: `http://127.0.0.1:${port}/hooks/T0PSECRET`, posted, attempts: () => attempts, close })
          })
        }),
    ),
    ({ close }) => Effect.sync(close),
  )

/** What is logged. */
export const logging = () => {
  const lines: Array<string> = []
  return { lines, layer: Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))]) }
}

/** Polls, for 5 seconds at most of real time. */
export const until = (is: () => boolean): Effect.Effect<void> =>
  Effect.promise(async () => {
    for (let round = 0; round < 500 && !is(); round++) await new Promise((resolve) => setTimeout(resolve, 10))
    if (!is()) throw new Error("it did not come about within 5 s")
  })
