import { isLlmError, LlmError, type Reason } from "@switchyard/core"

/** A file that cannot be read, by the code that the system gives. */
const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: "does not exist: correct `path` in the options of llamaCpp()",
  ENOTDIR: "does not exist: a part of the path is a file",
  EISDIR: "is a folder: give the path of the .gguf file in it",
  EACCES: "may not be read by this process: correct its permissions",
  "not a file": "is a pipe, a socket or a device: give the path of a .gguf file",
  EPERM: "may not be read by this process: correct its permissions",
}

export const unreadable = (path: string, code: string): LlmError => {
  const what = systemErrors[code] ?? `could not be read (${code})`
  return LlmError.make({ _tag: "ModelNotFound", message: `the model file ${path} ${what}` })
}

export const badFile = (path: string, fault: string): LlmError =>
  LlmError.make({ _tag: "Unsupported", feature: "this model file", message: `the model file ${path} ${fault}` })

/** What was going on when the library failed. */
export interface Situation {
  /** The file, while it is being loaded. */
  readonly path?: string
  /** What the native code logged last. */
  readonly log?: string
}

type Make = (message: string, situation: Situation) => Reason

const installed = "npm install node-llama-cpp"

/** What the library throws, by a pattern in `name: message`. The first that fits counts. */
const table: ReadonlyArray<readonly [RegExp, Make]> = [
  [
    /ERR_MODULE_NOT_FOUND|Cannot find (package|module)/,
    () => ({
      _tag: "Unsupported",
      feature: "local models",
      message: `node-llama-cpp is not installed, and local models need it: ${installed}`,
    }),
  ],
  [
    /NoBinaryFound|prebuilt binar|UnsupportedPlatform/i,
    (message) => ({
      _tag: "Unsupported",
      feature: "local models on this machine",
      message: `node-llama-cpp has no binary for this machine (${message}): install its optional packages too (${installed}), or build one with "npx node-llama-cpp source download"`,
    }),
  ],
  [
    /InsufficientMemory|not enough (V?RAM|memory)|out of memory|failed to allocate|too large for the available/i,
    (message, { path }) => ({
      _tag: "Overloaded",
      message: `there is not enough memory for the model${path === undefined ? "" : ` ${path}`} (${message}): lower contextSize, parallel or gpuLayers, or use a smaller model`,
    }),
  ],
  [
    // A type of weights that the library has no size for.
    /Invalid type or block size/,
    (message, { path = "" }) => ({
      _tag: "Unsupported",
      feature: "this model file",
      message: `the model file ${path} has weights of a type that is not known (${message}): download or convert it again and compare its checksum, or update node-llama-cpp if it is of a newer kind`,
    }),
  ],
  [
    /Failed to (load model|create context)|unknown model architecture|GGUF/i,
    (message, { path = "", log }) => ({
      _tag: "Unsupported",
      feature: "this model file",
      message: `the model file ${path} could not be loaded: ${log ?? message}. Check that it is whole, and that this version of node-llama-cpp knows its architecture`,
    }),
  ],
  [
    /context size is too small|longer than the usable context|does ?n[o']t fit the context/i,
    (message) => ({ _tag: "ContextTooLong", message }),
  ],
  [/grammar/i, (message) => ({ _tag: "Unsupported", feature: "this JSON schema", message: `${message}: simplify it` })],
  [/FunctionCallValidation/, (message) => ({ _tag: "InvalidResponse", message })],
  [/Disposed/, () => ({ _tag: "ProviderInternal", message: "the model was unloaded: its stack is closed" })],
]

const describe = (error: unknown): string =>
  error instanceof Error
    ? `${error.constructor.name} ${"code" in error ? String(error.code) : ""}: ${error.message}`
    : String(error)

/** A failure of node-llama-cpp as an `LlmError`. */
export const fromLibrary = (error: unknown, situation: Situation = {}): LlmError => {
  if (isLlmError(error)) return LlmError.of(error, {})
  const text = describe(error)
  const message = error instanceof Error ? error.message : text
  const make = table.find(([pattern]) => pattern.test(text))?.[1]
  return LlmError.make(
    make?.(message, situation) ?? { _tag: "ProviderInternal", message: `node-llama-cpp failed: ${message}` },
  )
}

/** The conversation, the tools and the wished-for answer do not fit the context. */
export const tooLong = (prompt: number, answer: number | undefined, limit: number): LlmError => {
  const wish = answer === undefined ? "" : ` and maxOutputTokens ask for ${answer}`
  return LlmError.make({
    _tag: "ContextTooLong",
    limit,
    requested: prompt + (answer ?? 1),
    message: `the prompt has ${prompt} tokens${wish}, and the model's context holds ${limit} in all (option contextSize)`,
  })
}

/** The template of the model cannot write this conversation. */
export const refusedByTemplate = (error: unknown): LlmError =>
  LlmError.make({
    _tag: "InvalidRequest",
    field: "messages",
    message: `the model's chat template refuses this conversation: ${error instanceof Error ? error.message : String(error)}`,
  })
