import { createReadStream } from "node:fs"
import { basename } from "node:path"
import type { FilePart, JsonObject, LlmRequestInput } from "@switchyard/core"
import { documentation, toFilePart } from "./documentation.ts"
import { UsageError } from "./ExitCode.ts"

/** What `call` and `explain` were given. `timeout` is in ms. */
export interface CallFlags {
  readonly prompt: string | undefined
  readonly file: string | undefined
  readonly model: string
  readonly system: string | undefined
  readonly context: ReadonlyArray<string>
  readonly schema: string | undefined
  readonly temperature: number | undefined
  readonly maxTokens: number | undefined
  readonly timeout: number | undefined
}

const maxBytes = 32 * 1024 * 1024

/** All of it, as UTF-8; read no further than a text can be. */
const textFrom = async (name: string, source: NodeJS.ReadableStream): Promise<string> => {
  const chunks: Array<Buffer> = []
  let length = 0
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > maxBytes) throw new UsageError(`${name} is larger than 32 MiB: give a smaller one`)
    chunks.push(bytes)
  }
  const bytes = Buffer.concat(chunks)
  if (bytes.includes(0)) throw new UsageError(`${name} is not text: it holds binary data`)
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    throw new UsageError(`${name} is not text in UTF-8: convert it first`)
  }
}

const faults: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be read",
  EISDIR: "it is a folder",
}

const readText = async (path: string): Promise<string> => {
  try {
    return await textFrom(path, createReadStream(path))
  } catch (error) {
    if (error instanceof UsageError) throw error
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable"
    throw new UsageError(`cannot read ${path}: ${faults[code] ?? code}`)
  }
}

const readSchema = async (path: string): Promise<JsonObject> => {
  const text = await readText(path)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${path} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError(`${path} must hold a JSON Schema, an object`)
  return value as JsonObject // it came out of JSON.parse
}

/** The prompt: the argument, a file, or what is piped in. */
export const readPrompt = async ({ prompt, file }: Pick<CallFlags, "prompt" | "file">): Promise<string> => {
  if (prompt !== undefined && file !== undefined)
    throw new UsageError("give the prompt as an argument or with --file, not both")
  const given = file === undefined ? (prompt ?? (await readStdin())) : await readText(file)
  if (given.trim() === "")
    throw new UsageError("the prompt is empty: write it in quotes, pipe it in, or use --file FILE")
  return given
}

const readStdin = async (): Promise<string> => {
  if (process.stdin.isTTY === true)
    throw new UsageError("no prompt: write it in quotes, pipe it in, or use --file FILE")
  return textFrom("standard input", process.stdin)
}

/** The files named by --context; else, for the embedded provider, the product's own documentation. */
const passages = async (flags: CallFlags, embedded: boolean): Promise<ReadonlyArray<FilePart>> => {
  if (flags.context.length > 0) {
    return Promise.all(flags.context.map(async (path) => toFilePart(basename(path), await readText(path))))
  }
  return embedded ? documentation() : []
}

/** The call that the flags describe. `embedded`: the answer will come from the extractive provider. */
export const toRequest = async (flags: CallFlags, embedded: boolean): Promise<LlmRequestInput> => {
  const prompt = await readPrompt(flags)
  const files = await passages(flags, embedded)
  const schema = flags.schema === undefined ? undefined : await readSchema(flags.schema)
  return {
    model: flags.model,
    system: flags.system,
    messages: [{ role: "user", content: [...files, { type: "text", text: prompt }] }],
    output: schema === undefined ? undefined : { type: "json", schema },
    temperature: flags.temperature,
    maxOutputTokens: flags.maxTokens,
    policy: flags.timeout === undefined ? undefined : { deadline: flags.timeout },
  }
}
