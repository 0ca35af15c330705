import type { ModelInfo } from "@switchyard/core"

/** What the API lets one ask of a model. Sources: Anthropic's "Models overview", "Thinking" and the migration guides. */
export interface Capabilities {
  readonly info: ModelInfo
  /** Largest `max_tokens`, which is also the default: the API demands the field, and a smaller one would cut answers. */
  readonly maxOutput: number
  /** `none`; `budget`: a number of tokens; `adaptive`: an effort; `always`: adaptive, and it cannot be turned off. */
  readonly thinking: "none" | "budget" | "adaptive" | "always"
  /** How thinking is turned off where it is on by default. Absent: leaving it out is enough. */
  readonly off?: "disabled" | "between_tools"
  /** The word for our highest effort, `xhigh`. */
  readonly highest?: "max" | "xhigh"
  /** Takes temperature, top_p and top_k, in the API version that has them. */
  readonly sampling: boolean
  /** Refuses temperature and top_p together. */
  readonly oneOfSampling?: boolean
  /** May be made to call a tool. */
  readonly forcedTools: boolean
  /** Constrains answers to a schema (`output_config.format`) and tool input (`strict`). */
  readonly schemas: boolean
}

/** Models worth listing, smallest of the current family first. */
export const listed: ReadonlyArray<string> = [
  "claude-haiku-5-5",
  "claude-sonnet-5-5",
  "claude-opus-5-5",
  "claude-fable-5-2",
  "claude-opus-5",
  "claude-sonnet-5",
  "claude-opus-4-8",
  "claude-opus-4-7",
  "claude-opus-4-6",
  "claude-sonnet-4-6",
  "claude-haiku-4-5",
  "claude-opus-4-5",
  "claude-sonnet-4-5",
]

type Input = Omit<Capabilities, "info"> & { readonly window: number; readonly prefill: boolean }

const model = ({ window, prefill, ...rest }: Input): Capabilities => ({
  ...rest,
  info: {
    contextWindow: window,
    maxOutput: rest.maxOutput,
    inputMedia: ["text/plain", "image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"],
    outputMedia: ["text/plain"],
    tools: true,
    structuredOutput: true,
    reasoning: rest.thinking !== "none",
    acceptsPrefill: prefill,
    fetchesUrls: true,
  },
})

const million = 1_000_000

const current = {
  window: million,
  maxOutput: 128_000,
  thinking: "adaptive",
  highest: "xhigh",
  sampling: false,
  forcedTools: true,
  schemas: true,
  prefill: false,
} as const satisfies Input
const unstoppable = { ...current, thinking: "always" } as const
const four6 = { ...current, highest: "max", sampling: true, oneOfSampling: true } as const
const four5 = {
  ...four6,
  window: 200_000,
  maxOutput: 64_000,
  thinking: "budget",
  prefill: true,
} as const
const four = { ...four5, schemas: false, oneOfSampling: false } as const

/** By the model's name, first match. */
const families: ReadonlyArray<readonly [name: RegExp, capabilities: Capabilities]> = [
  [/^claude-(fable|mythos)-5(?!-\d($|\D))|^claude-mythos-preview/, model(unstoppable)],
  [/^claude-(fable|mythos)/, model({ ...unstoppable, forcedTools: false })],
  [/^claude-opus-5-5/, model({ ...unstoppable, forcedTools: false })],
  [/^claude-sonnet-5-5/, model({ ...current, off: "between_tools", forcedTools: false })],
  [/^claude-(opus|sonnet|haiku)-5/, model({ ...current, off: "disabled" })],
  [/^claude-opus-4-[78]/, model(current)],
  [/^claude-(opus|sonnet)-4-6/, model(four6)],
  [/^claude-(opus|sonnet|haiku)-4-5/, model(four5)],
  [/^claude-opus-4-1/, model({ ...four, maxOutput: 32_000, oneOfSampling: true })],
  [/^claude-opus-4|^claude-4-opus/, model({ ...four, maxOutput: 32_000 })],
  [/^claude-sonnet-4|^claude-4-sonnet/, model(four)],
  [/^claude-3-7/, model(four)],
  [/^claude-3-5/, model({ ...four, maxOutput: 8192, thinking: "none" })],
  [/^claude-3/, model({ ...four, maxOutput: 4096, thinking: "none" })],
  // Later models than this table knows: what the newest ones have in common.
  [/^claude-/, model({ ...current, forcedTools: false })],
]

/** A server that speaks the wire with models of its own: nothing is known, so nothing is kept from it. */
const unknown: Capabilities = {
  ...model({ ...four, window: 0, maxOutput: 8192, schemas: false }),
}

/** Clouds put a region and the vendor before the name: `us.anthropic.claude-opus-4-6-v1:0`. */
const plain = (name: string): string => name.replace(/^.*?(?=claude-)/, "")

/** A name's ending that says which edition is served, not which model: dates, `-latest`, the clouds' `-v1:0` and `@20250805`. */
const edition = /(-\d{8}|-latest|-v\d+(:\w+)*|@\w+)+$/

/** Other vendors' versions are models of their own. */
const undated = (name: string): string =>
  name.includes("claude-") ? plain(name).replace(edition, "") : name.replace(/-\d{8}$|-latest$/, "")

/** Do two names stand for one model? It is answered under its full or plain name, whichever of its names was asked for. */
export const isSameModel = (one: string, other: string): boolean => undated(one) === undated(other)

const known = (name: string): Capabilities | undefined => families.find(([family]) => family.test(plain(name)))?.[1]

/** What is known of a model by its name; `undefined` for names that Anthropic does not use. */
export const describe = (name: string): ModelInfo | undefined => known(name)?.info

export const capabilitiesOf = (name: string): Capabilities => known(name) ?? unknown
