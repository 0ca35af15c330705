import { LlmError } from "@switchyard/core"
import { fetchPublic, TransportError } from "@switchyard/transport"
import * as Effect from "effect/Effect"
import { constants, type FileHandle, open } from "node:fs/promises"
import { basename } from "node:path"
import { fileURLToPath } from "node:url"
import { refused, sizeText } from "./refusals.ts"

/** A path, an http(s), file or data URL, the bytes themselves, or a `Blob`. */
export type MediaInput = string | URL | Uint8Array | ArrayBuffer | Blob

export interface LoadOptions {
  /** Largest file that is read or fetched, in bytes. Default 50 MB. */
  readonly maxInputBytes?: number | undefined
  /** For fetching a URL, everything included, in ms. Default 30,000. */
  readonly fetchTimeoutMs?: number | undefined
  /** Hosts that may be private. Default: none, so that a URL cannot reach inside. */
  readonly allowHosts?: ReadonlyArray<string> | undefined
}

export interface Loaded {
  readonly bytes: Uint8Array
  /** The path, URL or kind of input: what errors are about. */
  readonly what: string
  readonly filename?: string
  /** Read or fetched here: nobody else holds the bytes. */
  readonly owned?: true
}

export const defaultMaxInputBytes = 50_000_000

/** Numbers that make no sense: the first one's error. Infinity is a limit, if none; NaN is a mistake. */
export const wrongNumber = (numbers: Readonly<Record<string, number | undefined>>): LlmError | undefined => {
  const wrong = Object.entries(numbers).find(([, value]) => value !== undefined && !(value >= 1))
  return wrong === undefined ? undefined : refused(wrong[0], `is ${wrong[1]}; give a number of at least 1`)
}

const tooLarge = (what: string, bytes: number, limit: number): LlmError =>
  refused(
    what,
    `has ${sizeText(bytes)}, and at most ${sizeText(limit)} are read; raise maxInputBytes, or send a smaller file`,
  )

/** Neither empty nor too large. */
export const checked = (loaded: Loaded, limit: number): Effect.Effect<Loaded, LlmError> => {
  const { bytes, what } = loaded
  if (bytes.length === 0) return Effect.fail(refused(what, "is empty (0 bytes); give a file with content"))
  return bytes.length > limit ? Effect.fail(tooLarge(what, bytes.length, limit)) : Effect.succeed(loaded)
}

/** The content of an input, within its size limit. */
export const load = (input: MediaInput, options: LoadOptions = {}): Effect.Effect<Loaded, LlmError> => {
  const { maxInputBytes, fetchTimeoutMs } = options
  const wrong = wrongNumber({ maxInputBytes, fetchTimeoutMs })
  if (wrong !== undefined) return Effect.fail(wrong)
  const limit = maxInputBytes ?? defaultMaxInputBytes
  return Effect.flatMap(contentOf(input, limit, options), (loaded) => checked(loaded, limit))
}

const contentOf = (input: MediaInput, limit: number, options: LoadOptions): Effect.Effect<Loaded, LlmError> => {
  if (input instanceof Uint8Array) return Effect.succeed({ bytes: input, what: "the given bytes" })
  if (input instanceof ArrayBuffer) return Effect.succeed({ bytes: new Uint8Array(input), what: "the given bytes" })
  if (input instanceof Blob) return fromBlob(input, limit)
  // Callers without types.
  if (typeof input !== "string" && !(input instanceof URL)) {
    const kind = input === null ? "null" : typeof input
    return Effect.fail(refused("the input", `is ${kind}; give a path, a URL, bytes or a Blob`))
  }
  const text = String(input)
  if (/^data:/i.test(text)) return fromDataUrl(text, limit)
  if (/^https?:/i.test(text)) return fromUrl(text, limit, options)
  if (/^file:/i.test(text)) return fromFileUrl(text, limit)
  return input instanceof URL
    ? Effect.fail(refused(input.protocol, "is no protocol that is read; give an http, https, file or data URL"))
    : fromFile(text, limit)
}

const fromFileUrl = (url: string, limit: number): Effect.Effect<Loaded, LlmError> =>
  Effect.flatMap(
    Effect.try({
      try: () => fileURLToPath(url),
      catch: () => refused("the given file URL", "names no path of this machine; give file:///path/to/file"),
    }),
    (path) => fromFile(path, limit),
  )

const fromBlob = (blob: Blob, limit: number): Effect.Effect<Loaded, LlmError> => {
  const what = "the given Blob"
  if (blob.size > limit) return Effect.fail(tooLarge(what, blob.size, limit))
  return Effect.tryPromise({
    try: async () => {
      const bytes = new Uint8Array(await blob.arrayBuffer())
      return { bytes, what, ...("name" in blob && typeof blob.name === "string" ? { filename: blob.name } : {}) }
    },
    catch: (error) => refused(what, `cannot be read: ${String(error)}`),
  })
}

const dataUrl = "the given data URL"

/** `data:image/png;base64,…`; the type it claims is not believed, its content decides. */
export const fromDataUrl = (url: string, limit: number, what = dataUrl): Effect.Effect<Loaded, LlmError> => {
  const comma = url.indexOf(",")
  if (comma < 0) return Effect.fail(refused(what, "has no content after a comma"))
  if (!/;base64$/i.test(url.slice(0, comma).trimEnd())) {
    return Effect.try({
      try: () => ({ bytes: new TextEncoder().encode(decodeURIComponent(url.slice(comma + 1))), what }),
      catch: () => refused(what, "is not valid percent-encoding; use base64"),
    })
  }
  return fromBase64(url.slice(comma + 1), what, limit)
}

/** Bytes of so many characters, without padding. */
const decodedSize = (characters: number): number => Math.floor((characters * 3) / 4)

/** A last character alone is less than a byte. */
const isWholeLine = (base64: string, bytes: number): boolean => {
  const { length } = base64.replace(/={1,2}$/, "")
  return length % 4 !== 1 && bytes === decodedSize(length)
}

/** Node's decoder skips what is not base64 and stops at padding: then there are fewer bytes than characters promise. */
const isWhole = (base64: string, bytes: number): boolean =>
  isWholeLine(base64, bytes) || isWholeLine(base64.replace(/\s+/g, ""), bytes)

/** Line breaks are skipped; text that is something else altogether does not pass as a short image. */
export const fromBase64 = (base64: string, what: string, limit: number): Effect.Effect<Loaded, LlmError> => {
  const size = decodedSize(base64.length)
  if (size > limit + 3) return Effect.fail(tooLarge(what, size, limit))
  const bytes = Buffer.from(base64, "base64")
  return isWhole(base64, bytes.length)
    ? Effect.succeed({ bytes, what })
    : Effect.fail(refused(what, "is not valid base64; encode the file's bytes"))
}

const fromUrl = (url: string, limit: number, options: LoadOptions): Effect.Effect<Loaded, LlmError> => {
  const what = URL.parse(url)?.origin ?? "the given URL"
  const timeoutMs = options.fetchTimeoutMs ?? 30_000
  return Effect.map(
    Effect.tryPromise({
      try: (signal) => fetchPublic(url, { maxBytes: limit, timeoutMs, allow: options.allowHosts, signal }),
      catch: (error) => fetchFailure(error, what, timeoutMs),
    }),
    ({ bytes }) => ({ bytes, what, owned: true as const }),
  )
}

/** Ways in which the URL itself is at fault; anything else is the network's, and may pass. */
const advice: Readonly<Record<string, string>> = {
  ADDRESS_REFUSED: "download it yourself and give the bytes, or list the host in allowHosts",
  INVALID_REQUEST: "give an http or https URL without credentials",
  REDIRECT_REFUSED: "give the URL that it leads to",
  RESPONSE_TOO_LARGE: "raise the size limit, or give a smaller file",
  HTTP_STATUS: "check that the URL can be read without logging in",
  UNSUPPORTED_ENCODING: "download it yourself and give the bytes",
}

const fetchFailure = (error: unknown, what: string, timeoutMs: number): LlmError => {
  const message = error instanceof Error ? error.message : `${what}: could not be fetched`
  const code = error instanceof TransportError ? error.code : "UNKNOWN"
  const hint = Object.hasOwn(advice, code) ? advice[code] : undefined
  if (hint !== undefined) return LlmError.make({ _tag: "InvalidRequest", field: what, message: `${message}; ${hint}` })
  if (code === "TIME_LIMIT") return LlmError.make({ _tag: "Timeout", phase: "total", ms: timeoutMs, message })
  return LlmError.make({ _tag: "Network", code, message })
}

const systemProblems: Readonly<Record<string, string>> = {
  ENOENT: "does not exist; check the path",
  ENOTDIR: "does not exist; check the path",
  EACCES: "may not be read; check its permissions",
  EPERM: "may not be read; check its permissions",
  ELOOP: "is a symbolic link that leads back to itself; check the path",
  EISDIR: "is a directory; give a file",
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error)

const fromFile = (path: string, limit: number): Effect.Effect<Loaded, LlmError> => {
  const failed = (error: unknown): LlmError => {
    if (error instanceof LlmError) return error
    const code = codeOf(error)
    return refused(
      path,
      Object.hasOwn(systemProblems, code) ? (systemProblems[code] ?? code) : `cannot be read (${code})`,
    )
  }
  return Effect.tryPromise({ try: (signal) => readBounded(path, limit, signal), catch: failed })
}

/** Only regular files: a pipe or a device may never end. The size is known before anything is read. */
const readBounded = async (path: string, limit: number, signal: AbortSignal): Promise<Loaded> => {
  if (path === "" || path.includes("\0")) throw refused(path === "" ? "path" : "the given path", "is not a path")
  // A pipe would block in open() until somebody writes to it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stat = await file.stat()
    if (stat.isDirectory()) throw refused(path, "is a directory; give a file")
    if (!stat.isFile()) throw refused(path, "is not a regular file")
    if (stat.size > limit) throw tooLarge(path, stat.size, limit)
    return { bytes: await readWhole(file, stat.size, signal), what: path, filename: basename(path), owned: true }
  } finally {
    await file.close()
  }
}

/** Into one buffer of the known size: `readFile` of a handle makes it of pieces, which are garbage of the same size. */
const readWhole = async (file: FileHandle, size: number, signal: AbortSignal): Promise<Uint8Array> => {
  // A size of 0 is also what files say that are made while they are read, as in /proc.
  if (size === 0) return file.readFile({ signal })
  const bytes = new Uint8Array(size)
  let at = 0
  while (at < size) {
    signal.throwIfAborted()
    const { bytesRead } = await file.read(bytes, at, size - at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return at === size ? bytes : bytes.subarray(0, at)
}
