import * as Schema from "effect/Schema"

/** A text that may be a secret: `Redacted` hides it from what is printed. */
const Text = Schema.Union([Schema.String, Schema.Redacted(Schema.String)])

const webUrl = Schema.NonEmptyString.check(
  Schema.makeFilter((url) =>
    /^https?:$/.test(URL.parse(url)?.protocol ?? "") ? undefined : "must be a URL that begins with http:// or https://",
  ),
)

/** Only these tools of the server are offered, by the names that the server gives them. Default: all. */
const only = Schema.optionalKey(Schema.Array(Schema.NonEmptyString))

/**
 * A server that is a process of ours and speaks over its standard input and output. Besides `env` it gets HOME, LOGNAME,
 * PATH, SHELL, TERM and USER of our own environment (on Windows the like), and nothing else.
 */
export const StdioServer = Schema.Struct({
  type: Schema.optionalKey(Schema.Literal("stdio")),
  command: Schema.NonEmptyString,
  args: Schema.optionalKey(Schema.Array(Schema.String)),
  env: Schema.optionalKey(Schema.Record(Schema.String, Text)),
  cwd: Schema.optionalKey(Schema.NonEmptyString),
  only,
})
export interface StdioServer extends Schema.Schema.Type<typeof StdioServer> {}

/** A server behind a URL that speaks streamable HTTP (MCP 2025-03-26 and later). `headers` go with every request. */
export const HttpServer = Schema.Struct({
  type: Schema.optionalKey(Schema.Literals(["http", "streamable-http"])),
  url: webUrl,
  headers: Schema.optionalKey(Schema.Record(Schema.String, Text)),
  only,
})
export interface HttpServer extends Schema.Schema.Type<typeof HttpServer> {}

const Given = Schema.Struct({
  type: Schema.optionalKey(Schema.Literals(["stdio", "http", "streamable-http"])),
  command: Schema.optionalKey(StdioServer.fields.command),
  args: StdioServer.fields.args,
  env: StdioServer.fields.env,
  cwd: StdioServer.fields.cwd,
  url: Schema.optionalKey(webUrl),
  headers: HttpServer.fields.headers,
  only,
})
interface Given extends Schema.Schema.Type<typeof Given> {}

const ofUrl = ["url", "headers"] as const
const ofCommand = ["args", "env", "cwd"] as const

/** The first thing that does not go with the rest: of a union each member would complain. */
const mistake = (given: Given) => {
  const { command, type, url } = given
  if (command === undefined && url === undefined) return "needs a command or a url"
  const kind = command === undefined ? "url" : "command"
  const strange = (command === undefined ? ofCommand : ofUrl).find((field) => given[field] !== undefined)
  if (strange !== undefined) return { path: [strange], issue: `does not go with a ${kind}` }
  const fits = type === undefined || (type === "stdio") === (kind === "command")
  return fits ? undefined : { path: ["type"], issue: `"${type}" does not go with a ${kind}` }
}

const isServer = (given: Given): given is StdioServer | HttpServer => mistake(given) === undefined

/** Where an MCP server is: a command to run, or a URL. */
export const McpServer = Given.check(Schema.makeFilter(mistake, {}, true)).pipe(Schema.refine(isServer))
export type McpServer = typeof McpServer.Type
