// For index.ts: export { type ModelName, modelName, type Vendor } from "./ModelNames.ts"

/** Who made a model, as far as its name tells. */
export type Vendor =
  | "openai"
  | "anthropic"
  | "google"
  | "meta"
  | "mistral"
  | "qwen"
  | "deepseek"
  | "xai"
  | "cohere"
  | "moonshot"
  | "zhipu"
  | "minimax"
  | "amazon"

/** A model's id taken apart. All parts are in lower case. */
export interface ModelName {
  /** What stood before the first `/`: a provider of the stack, a gateway or a cloud. */
  readonly provider?: string
  /** All after the provider, as it stood: `anthropic/claude-opus-4.7`. */
  readonly path: string
  /** The vendor's own name, without regions, paths, Bedrock versions and variants: `claude-opus-4.7`. */
  readonly name: string
  readonly vendor?: Vendor
  /** A gateway's variant: `free`, `thinking`, or a local model's tag: `8b`. */
  readonly variant?: string
  /** The base model's name is `name`. */
  readonly fineTuned: boolean
}

const vendors: ReadonlyArray<readonly [Vendor, RegExp]> = [
  ["anthropic", /^claude/],
  [
    "openai",
    /^(gpt-?\d|gpt-oss|chatgpt|chat-latest|o\d(-|$)|codex-|computer-use|gpt-(image|audio|realtime)|text-embedding-(3|ada)|(text|code)-(davinci|ada|babbage|curie|cushman|search|similarity)|(davinci|babbage|curie|ada)(-|$)|dall-e|whisper|tts-|omni-moderation)/,
  ],
  ["google", /^(gemini|gemma|palm|text-embedding-00)/],
  ["meta", /^(meta-)?(code)?llama/],
  ["mistral", /^(mistral|mixtral|codestral|ministral|magistral|devstral|pixtral|voxtral|open-mi[sx]tral)/],
  ["qwen", /^(qwen|qwq|qvq)/],
  ["deepseek", /^deepseek/],
  ["xai", /^grok/],
  ["cohere", /^(command|c4ai|embed-(english|multilingual|v\d))/],
  ["moonshot", /^(kimi|moonshot)/],
  ["zhipu", /^(glm|chatglm)/],
  ["minimax", /^minimax/],
  ["amazon", /^(nova|titan)/],
]

const vendorOf = (name: string): Vendor | undefined => vendors.find(([, pattern]) => pattern.test(name))?.[0]

/** Bedrock's ids: `us.anthropic.claude-sonnet-4-5-20250929-v1:0`. */
const bedrock =
  /^(?:(?:us|eu|apac|au|jp|ca|sa|me|af|us-gov|global|regional)\.)?(?:anthropic|meta|mistral|amazon|cohere|ai21|deepseek|openai|qwen|google|moonshot(?:ai)?|minimax|zai|writer)\.(.+?)(?:-v\d+)?(?::\d+(?::\w+)?)?$/

/** `openai:gpt-4o`, as some libraries write it. */
const colon =
  /^(openai|anthropic|google|mistral|azure|bedrock|groq|deepseek|xai|cohere|ollama|openrouter|vertex):(?!\d)(.+)$/

const split = (id: string): readonly [provider: string | undefined, path: string] => {
  if (id.startsWith("arn:")) return ["bedrock", id.slice(id.indexOf("/") + 1)]
  const slash = id.indexOf("/")
  const [, before, after] = slash < 0 ? (colon.exec(id) ?? []) : []
  if (before !== undefined && after !== undefined) return [before, after]
  // "models/gemini-2.5-pro" and "publishers/google/models/…" name no provider.
  if (slash < 0 || /^(models|publishers|projects|accounts|tunedmodels)\//.test(id)) return [undefined, id]
  return [id.slice(0, slash), id.slice(slash + 1)]
}

const fineTune = /^ft:([^:]+)(?::.*)?$|^([^:]+):ft-.+$/

/** Takes a model's id apart: `"provider/model"`, a vendor's name, a gateway's, Bedrock's, Vertex's or Azure's. Never fails. */
export const modelName = (id: string): ModelName => {
  const [provider, path] = split(id.trim().toLowerCase())
  const last = path.slice(path.lastIndexOf("/") + 1)
  const tuned = fineTune.exec(last)
  const base = tuned?.[1] ?? tuned?.[2] ?? bedrock.exec(last)?.[1] ?? last
  const at = base.replace(/@(\d{8}|\d{3})$/, "-$1").replace(/@(default|latest)$/, "")
  const tag = tuned === null ? at.indexOf(":") : -1
  const name = (tag < 0 ? at : at.slice(0, tag)).replace(/^gpt-35/, "gpt-3.5")
  const vendor = vendorOf(name)
  return {
    ...(provider === undefined ? {} : { provider }),
    path,
    name,
    ...(vendor === undefined ? {} : { vendor }),
    ...(tag < 0 ? {} : { variant: at.slice(tag + 1) }),
    fineTuned: tuned !== null,
  }
}

/** A date or a version of three digits at the end: `-20250929`, `-2025-08-07`, `-0613`, `-001`, `-latest`, `-preview-09-2025`. */
const dated = /-(\d{8}|\d{4}-\d{2}-\d{2}|\d{4}|00\d|latest|preview-\d{2}-\d{2,4})$/

/** The names under which lists may hold a model, the closest first. */
export const spellings = (name: string): ReadonlyArray<string> => {
  const plain = [name, name.replace(dated, "")]
  const found = new Set(plain)
  for (const each of plain) {
    found.add(each.replace(/(\d)\.(?=\d)/g, "$1-"))
    found.add(each.replace(/(?<=[a-z]-\d{1,2})-(?=\d(?!\d{2}))/g, "."))
  }
  return [...found]
}
