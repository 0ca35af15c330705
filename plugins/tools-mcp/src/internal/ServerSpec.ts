import * as Redacted from "effect/Redacted"
import type { McpServer } from "../McpServer.ts"

/** One server, ready to be connected to. `secrets` never stand in a message. */
export type ServerSpec = {
  readonly name: string
  readonly only: ReadonlyArray<string> | undefined
  readonly secrets: ReadonlyArray<string>
} & (
  | {
      readonly kind: "stdio"
      readonly command: string
      readonly args: ReadonlyArray<string>
      readonly env: Readonly<Record<string, string>>
      readonly cwd: string | undefined
    }
  | { readonly kind: "http"; readonly url: string; readonly headers: Readonly<Record<string, string>> }
)

const plain = (given: Readonly<Record<string, string | Redacted.Redacted>> = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, typeof value === "string" ? value : Redacted.value(value)]),
  )

export const specOf = (name: string, server: McpServer): ServerSpec => {
  const { only } = server
  if ("command" in server) {
    const { command, args = [], cwd } = server
    const env = plain(server.env)
    return { kind: "stdio", name, only, command, args, env, cwd, secrets: [...Object.values(env), ...flagged(args)] }
  }
  const headers = plain(server.headers)
  return { kind: "http", name, only, url: server.url, headers, secrets: [...inHeaders(headers), ...inUrl(server.url)] }
}

const secretFlag = /key|token|secret|passw|auth|credential/i

/** `--api-key X` and `--api-key=X`. */
const flagged = (args: ReadonlyArray<string>): ReadonlyArray<string> =>
  args.flatMap((arg, index) => {
    const [flag = "", ...value] = arg.split("=")
    if (value.length > 0) return secretFlag.test(flag) ? [value.join("=")] : []
    const before = args[index - 1]
    return before !== undefined && before.startsWith("-") && !before.includes("=") && secretFlag.test(before)
      ? [arg]
      : []
  })

/** `Bearer X` is quoted by servers as X. */
const inHeaders = (headers: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  Object.values(headers).flatMap((value) => [value, ...value.split(" ").slice(1)])

const inUrl = (text: string): ReadonlyArray<string> => {
  const url = URL.parse(text)
  if (url === null) return []
  const found = [url.username, url.password, url.search.slice(1), url.hash.slice(1), ...url.searchParams.values()]
  return found.flatMap((value) => [value, decoded(value)])
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Where it is, without what could be a secret. */
export const placeOf = (spec: ServerSpec): string => {
  if (spec.kind === "stdio") return `command "${redact(spec.command, spec.secrets)}"`
  const url = URL.parse(spec.url)
  return url === null ? "its URL" : redact(`${url.origin}${url.pathname}`, spec.secrets)
}

/** Two servers with equal keys are one: the same command or URL, with the same arguments and secrets. */
export const keyOf = (spec: ServerSpec): string =>
  spec.kind === "stdio"
    ? JSON.stringify([spec.command, spec.args, Object.entries(spec.env).toSorted(), spec.cwd])
    : JSON.stringify([spec.url, Object.entries(spec.headers).toSorted()])

/** Shorter ones are words like "on" and "1", not secrets. */
const shortestSecret = 4

/** The text without these secrets. */
export const redact = (text: string, secrets: ReadonlyArray<string>): string =>
  secrets
    .filter((secret) => secret.length >= shortestSecret)
    .toSorted((a, b) => b.length - a.length)
    .reduce((said, secret) => said.replaceAll(secret, "[redacted]"), text)
