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

/** Where an MCP server is: a command to run, or a URL. */
export const McpServer = Schema.Union([StdioServer, HttpServer])
export type McpServer = typeof McpServer.Type
