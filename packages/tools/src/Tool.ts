import { type FunctionTool, LlmError, type Message, type ProviderData, ToolOutput } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { AnySchema, TypeOf } from "./AnySchema.ts"
import { type Encode, type Fault, readOutput, readSchema, SchemaProblem } from "./internal/readSchema.ts"
import { type Needs, settle, type Settled } from "./internal/settle.ts"
import { failedWith, outputOf } from "./internal/toolOutput.ts"
import { isTime } from "./internal/toolTable.ts"

/** What a tool is told of its call. */
export interface ToolContext {
  /** Aborts when the call runs out of time or the caller leaves. */
  readonly signal: AbortSignal
  readonly toolCallId: string
  /** The conversation up to and with the message that holds the call. */
  readonly messages: ReadonlyArray<Message>
}

/** What is asked before a tool runs. */
type ApprovalRule<Input> =
  | boolean
  | ((input: Input) => boolean | PromiseLike<boolean> | Effect.Effect<boolean, unknown>)

/** How a tool is described. `S` is the schema of its input, `X` what `execute` returns. */
export interface ToolOptions<S extends AnySchema, X> {
  /** 1 to 64 of a-z, A-Z, 0-9, _ and -. */
  readonly name: string
  /** For the model: what it does and when to use it. */
  readonly description?: string
  readonly input: S
  /** What the result must look like; a result that does not is an error for the model. */
  readonly output?: AnySchema
  /**
   * Does the work: a value, a promise or an effect. What it throws or fails with is told to the model in one line, and the
   * loop goes on; `toolFailed` ends the loop. Without `execute` the loop stops and hands the calls to the caller.
   */
  readonly execute?: (input: TypeOf<S>, context: ToolContext) => X
  /** In ms. Default: the `toolTimeout` of the loop. */
  readonly timeout?: number
  /** Must a person allow the call? `true`, or a decision by input. */
  readonly needsApproval?: ApprovalRule<TypeOf<S>>
  /** Hold the model to the schema exactly, where the vendor can. */
  readonly strict?: boolean
  /**
   * The result in another form: a text, or content with files. Default: text as text, everything else as JSON. What is no
   * `ToolOutput` ends the run with `ToolFailed`.
   */
  readonly toModelOutput?: (output: Settled<X>) => ToolOutput
  /** What only one provider understands, such as cache controls. */
  readonly providerData?: ProviderData
}

/** A call whose arguments are good. */
export interface ReadyCall<out R> {
  readonly input: unknown
  readonly needsApproval: Effect.Effect<boolean, unknown>
  /** Fails with what the tool failed with. `undefined` for a tool that the caller runs. */
  readonly execute: ((context: ToolContext) => Effect.Effect<ToolOutput, unknown, R>) | undefined
}

/** A tool's schema, read once. */
export interface ReadTool<out R> {
  readonly definition: FunctionTool
  /** Checks arguments that a model wrote. */
  readonly ready: (json: unknown) => Effect.Effect<ReadyCall<R>, ReadonlyArray<Fault>>
}

/** A tool: what the model is told of it, and what it does. Made by `defineTool`. */
export interface Tool<out Input = unknown, out Output = unknown, out R = never> {
  readonly name: string
  readonly timeout: number | undefined
  /** Its schema as the vendors take it, or an `InvalidRequest` that names the tool. Read when it is first asked for. */
  readonly read: () => ReadTool<R> | LlmError
  readonly "~types"?: { readonly input: Input; readonly output: Output }
}

/** Defines a tool. Types flow from `input` to `execute`. A wrong definition fails the run before anything is sent. */
export const defineTool = <S extends AnySchema, X = never>(
  options: ToolOptions<S, X>,
): Tool<TypeOf<S>, Settled<X>, Needs<X>> => {
  let read: ReadTool<Needs<X>> | LlmError | undefined
  return {
    name: options.name,
    timeout: options.timeout,
    read: () => (read ??= readTool(options)),
  }
}

/** A failure that ends the run instead of being told to the model: throw it, or fail with it, in `execute`. */
export const toolFailed = (tool: string, message: string): LlmError =>
  LlmError.make({ _tag: "ToolFailed", tool, message: `the tool "${tool}" failed: ${message}` })

const invalid = (tool: string, field: string, problem: string): LlmError =>
  LlmError.make({
    _tag: "InvalidRequest",
    field: `tools.${tool}.${field}`,
    message: `the ${field} of the tool "${tool}" ${problem}`,
  })

const readTool = <S extends AnySchema, X>(options: ToolOptions<S, X>): ReadTool<Needs<X>> | LlmError => {
  const { name, timeout } = options
  if (typeof name !== "string" || !/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    return invalid(String(name), "name", "must be 1 to 64 of a-z, A-Z, 0-9, _ and -")
  }
  if (timeout !== undefined && !isTime(timeout)) return invalid(name, "timeout", "must be a number of ms above 0")
  const input = readSchema(options.input)
  if (input instanceof SchemaProblem) return invalid(name, "input", input.message)
  const output = options.output === undefined ? undefined : readOutput(options.output)
  if (output instanceof SchemaProblem) return invalid(name, "output", output.message)
  return {
    definition: {
      type: "function",
      name,
      ...(options.description === undefined ? {} : { description: options.description }),
      inputSchema: input.jsonSchema,
      ...(options.strict === undefined ? {} : { strict: options.strict }),
      ...(options.providerData === undefined ? {} : { providerData: options.providerData }),
    },
    ready: (json) => Effect.map(input.decode(json), (value) => readyCall(options, output, value)),
  }
}

const readyCall = <S extends AnySchema, X>(
  options: ToolOptions<S, X>,
  output: Encode | undefined,
  input: TypeOf<S>,
): ReadyCall<Needs<X>> => {
  const { needsApproval = false, execute } = options
  return {
    input,
    needsApproval:
      typeof needsApproval === "boolean" ? Effect.succeed(needsApproval) : settle(() => needsApproval(input)),
    execute:
      execute === undefined
        ? undefined
        : (context) =>
            Effect.flatMap(
              settle(() => execute(input, context)),
              (value) => told(options, output, value),
            ),
  }
}

const isToolOutput = Schema.is(ToolOutput)

/** What the model is told of a result. */
const told = <S extends AnySchema, X>(
  { name, toModelOutput }: ToolOptions<S, X>,
  output: Encode | undefined,
  value: Settled<X>,
): Effect.Effect<ToolOutput, unknown> => {
  const checked: Effect.Effect<unknown, unknown> = output === undefined ? Effect.succeed(value) : output(value)
  const refused = (): Effect.Effect<ToolOutput> =>
    Effect.succeed(failedWith(name, "gave a result that does not fit its output schema"))
  return Effect.matchEffect(checked, {
    onFailure: refused,
    onSuccess: (encoded) =>
      toModelOutput === undefined
        ? Effect.succeed(outputOf(name, encoded))
        : // Told here: the next step could only blame a message.
          Effect.filterOrFail(
            settle(() => toModelOutput(value)),
            isToolOutput,
            () => toolFailed(name, 'its toModelOutput must give a ToolOutput, such as { type: "text", value }'),
          ),
  })
}
