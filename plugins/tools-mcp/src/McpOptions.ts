import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { McpServer } from "./McpServer.ts"

const ms = Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0)))
const positive = Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0)))

/** What servers there are, and the bounds of everything they do. Times in ms. */
const connecting = {
  /** By name. The name stands in warnings, and before a tool's name where two servers have the same tool. */
  servers: Schema.optionalKey(Schema.Record(Schema.NonEmptyString, McpServer)),
  /** To start a server, or connect to it, and shake hands. Default: 30 000. */
  startTimeoutMs: ms,
  /** To list its tools. Default: 10 000. */
  listTimeoutMs: ms,
  /** For one call of a tool. Default: 60 000. */
  callTimeoutMs: ms,
  /** A process gets this long to end by itself, and again after SIGTERM; then SIGKILL. Default: 2 000. */
  stopTimeoutMs: ms,
  /** The first wait before a server that failed is started again; doubled each time. Default: 1 000. */
  restartDelayMs: ms,
  /** The longest such wait. Default: 60 000. */
  maxRestartDelayMs: ms,
  /** Text of one result beyond this many characters is cut, with a note. Default: 40 000. */
  maxResultChars: positive,
  /** Images, audio and files of one result beyond this many bytes are left out, with a note. Default: 5 000 000. */
  maxResultBytes: positive,
  /** A message of a server beyond this many bytes ends the connection. Default: 20 000 000. */
  maxMessageBytes: positive,
  /** At most so many tools in one request, the caller's own included: vendors refuse more. Default: 128. */
  maxTools: positive,
}

export const ToolsetOptions = Schema.Struct(connecting)
export interface ToolsetOptions extends Schema.Schema.Type<typeof ToolsetOptions> {}

export const McpOptions = Schema.Struct({
  ...connecting,
  /** May a call bring servers of its own in `providerData.mcp`? It can run any command. Default: true. */
  perCall: Schema.optionalKey(Schema.Boolean),
  /** A server that a call brought is kept this long after its last use. Default: 300 000. */
  idleMs: ms,
  /** At most so many servers that calls brought are kept; the one unused for longest is closed. Default: 16. */
  maxCallServers: positive,
  /** At most so many requests to the model in one attempt; the last forbids tools. Default: 8. */
  maxSteps: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(1))),
  /** At most so many calls at once. Default: 8. */
  concurrency: positive,
  /** What the answer holds: the last step only, or all that was said and done. Default: "last". */
  steps: Schema.optionalKey(Schema.Literals(["last", "all"])),
})
export interface McpOptions extends Schema.Schema.Type<typeof McpOptions> {}

/** The bounds of servers, filled in. */
export type Limits = Required<Omit<ToolsetOptions, "servers">>

export const limitsOf = (options: Omit<ToolsetOptions, "servers">): Limits => ({
  startTimeoutMs: options.startTimeoutMs ?? 30_000,
  listTimeoutMs: options.listTimeoutMs ?? 10_000,
  callTimeoutMs: options.callTimeoutMs ?? 60_000,
  stopTimeoutMs: options.stopTimeoutMs ?? 2_000,
  restartDelayMs: options.restartDelayMs ?? 1_000,
  maxRestartDelayMs: options.maxRestartDelayMs ?? 60_000,
  maxResultChars: options.maxResultChars ?? 40_000,
  maxResultBytes: options.maxResultBytes ?? 5_000_000,
  maxMessageBytes: options.maxMessageBytes ?? 20_000_000,
  maxTools: options.maxTools ?? 128,
})

const decode = Schema.decodeUnknownEffect(ToolsetOptions, { errors: "all", onExcessProperty: "error" })

/** Checked, for those who come past the plugin: `InvalidRequest` with the path of the field. */
export const checkedToolset = (options: unknown): Effect.Effect<ToolsetOptions, LlmError> =>
  Effect.mapError(decode(options), (error) =>
    LlmError.make(
      {
        _tag: "InvalidRequest",
        field: "options",
        message: `the options of mcpToolset are wrong: ${error.message.replace(/\s+/g, " ")}`,
      },
      { operation: "compose" },
    ),
  )
