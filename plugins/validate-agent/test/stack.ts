import { assert } from "@effect/vitest"
import {
  compose,
  definePlugin,
  Kernel,
  type LlmError,
  type LlmRequestInput,
  type LlmResponse,
  type Verdict,
} from "@switchyard/core"
import { makeOpenAi } from "@switchyard/openai-wire"
import { type RecordedRequest, type Reply, startUpstream, type Upstream } from "@switchyard/testkit"
import { makeTransport } from "@switchyard/transport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { validateAgent } from "../src/index.ts"

export type Options = NonNullable<Parameters<typeof validateAgent>[0]>

const transport = Effect.acquireRelease(
  Effect.sync(() => makeTransport()),
  (made) => Effect.promise(() => made.close()),
)

/** The official client, as the OpenAI plugin uses it. */
const openai = (baseURL: string) =>
  definePlugin({
    manifest: { name: "test-openai", kind: "provider", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) =>
      Layer.effect(
        key,
        Effect.map(transport, ({ fetch }) =>
          makeOpenAi({
            id: "openai",
            api: "chat",
            apiKey: undefined,
            vendor: false,
            baseURL,
            models: undefined,
            organization: undefined,
            project: undefined,
            headers: {},
            query: {},
            fetch,
          }),
        ),
      ),
  })()

/** What the upstream was sent as the last message of this role. */
export const said = (request: RecordedRequest, role = "user"): string => {
  const messages: unknown = request.body["messages"]
  assert.isArray(messages)
  const list = messages as ReadonlyArray<{ readonly role: string; readonly content: unknown }>
  const content = list.findLast((message) => message.role === role)?.content
  return typeof content === "string" ? content : JSON.stringify(content)
}

/** The id that the judge was told to put in its verdict. */
export const idIn = (request: RecordedRequest): string =>
  /always "(verdict-[a-z0-9]+)"/.exec(said(request, "system"))?.[1] ?? "none"

type Answerer = string | Reply | ((request: RecordedRequest, index: number) => string | Reply)

const replyOf = (answerer: Answerer, request: RecordedRequest, index: number): Reply => {
  const reply = typeof answerer === "function" ? answerer(request, index) : answerer
  return typeof reply === "string" ? { text: reply } : reply
}

/** Answers by model: `small` is under test, all others judge. Remembers what the judges were sent. */
const scripted = (upstream: Upstream, answer: Answerer, judge: Answerer) => {
  const judged: Array<RecordedRequest> = []
  let answers = 0
  upstream.always((request) => {
    if (request.body["model"] === "small") return replyOf(answer, request, answers++)
    judged.push(request)
    return replyOf(judge, request, judged.length - 1)
  })
  return judged
}

interface Scene {
  readonly answer: Answerer
  readonly judge: Answerer
  readonly validator: string
  readonly params?: Record<string, unknown>
  readonly options?: Options
  readonly prompt?: string
  readonly request?: Partial<LlmRequestInput>
  readonly plugins?: ReadonlyArray<never>
}

export interface Judged {
  /** Of the call, or of the failure that its rejection became. */
  readonly verdict: Verdict
  readonly response: LlmResponse | undefined
  readonly asked: ReadonlyArray<RecordedRequest>
  readonly requests: ReadonlyArray<RecordedRequest>
  readonly warnings: ReadonlyArray<string>
}

export const upstream = Effect.acquireRelease(
  Effect.promise(() => startUpstream()),
  (server) => Effect.promise(() => server.close()),
)

export const requestFor = ({ prompt, validator, params, request }: Scene): LlmRequestInput => {
  const validators: unknown = [{ type: validator, params: params ?? {} }]
  return {
    model: "openai/small",
    prompt: prompt ?? "What is the capital of France?",
    ...request,
    policy: { ...request?.policy, validators: validators as [] }, // any JSON is what the tests are about
  }
}

const verdictOf = (error: LlmError): Verdict => {
  assert.strictEqual(error.reason._tag, "OutputInvalid", error.message)
  const verdict = error.reason._tag === "OutputInvalid" ? error.reason.verdicts[0] : undefined
  assert.isDefined(verdict)
  return verdict
}

/** One call through a stack with a real client and a scripted server. A failure that is no rejection fails. */
export const run = Effect.fnUntraced(function* (scene: Scene) {
  const server = yield* upstream
  const asked = scripted(server, scene.answer, scene.judge)
  const stack = compose([openai(server.baseURL), validateAgent({ model: "openai/big", ...scene.options })])
  const call = Kernel.use((kernel) => kernel.generate(requestFor(scene)))
  const result = yield* Effect.result(Effect.provide(call, stack))
  if (result._tag === "Failure" && result.failure.reason._tag !== "OutputInvalid") return yield* result.failure
  const response = result._tag === "Success" ? result.success : undefined
  const verdict = result._tag === "Success" ? result.success.verdict : verdictOf(result.failure)
  assert.isDefined(verdict)
  const warnings = response?.warnings.map(({ message }) => message) ?? []
  return { verdict, response, asked, requests: server.requests, warnings } satisfies Judged as Judged
}, Effect.scoped)

/** A judge's verdict as JSON, signed with the id that the question asks for. */
export const ruling =
  (fields: object) =>
  (request: RecordedRequest): string =>
    JSON.stringify({ id: idIn(request), ...fields })

export const pass = { verdict: "pass", score: 1, issues: [] }
export const fail = {
  verdict: "fail",
  score: 0.2,
  issues: [{ problem: "Lyon is not the capital", quote: "Lyon", suggestion: "Say Paris" }],
}
export { openai }
