import { extractive } from "@switchyard/provider-extractive"
import { createSwitchyard, loadConfig, type Switchyard, type SwitchyardConfig } from "switchyard"

/** A stack that is ready to call, and where it came from. */
export interface LoadedStack {
  readonly switchyard: Switchyard
  readonly config: SwitchyardConfig
  /** The config file; `undefined` for the embedded stack. */
  readonly path: string | undefined
  /** How to get a real model, where only the embedded provider is there. */
  readonly hint: string | undefined
}

const present = (name: string): boolean => (process.env[name] ?? "") !== ""

/** What runs with no config: the extractive provider, and OpenAI where its key or URL is set or one of its models asked for. */
export const embeddedConfig = async (model?: string): Promise<SwitchyardConfig> => {
  const key = present("OPENAI_API_KEY")
  const elsewhere = present("OPENAI_BASE_URL")
  const asked = model?.startsWith("openai/") === true
  if (!key && !elsewhere && !asked) return { plugins: [extractive()], routes: { auto: "extractive/default" } }
  // Only OpenAI's own endpoint is known to have OpenAI's models; elsewhere the user names one.
  const auto = elsewhere || !key ? "extractive/default" : "openai/gpt-5.4-mini"
  // Imported where it is used: the client adds some 90 ms to the start.
  const { openai } = await import("@switchyard/provider-openai")
  return { plugins: [extractive(), openai()], routes: { auto } }
}

const hintFor = (): string =>
  present("OPENAI_BASE_URL")
    ? `OPENAI_BASE_URL is set: name a model of that server with --model openai/NAME`
    : `for a real model set OPENAI_API_KEY, or write a switchyard.config.ts`

const extended = async (config: SwitchyardConfig, more: () => Promise<SwitchyardConfig["plugins"]>) => ({
  ...config,
  plugins: [...config.plugins, ...(await more())],
})

/** The nearest config's stack, or the embedded one with `more` plugins, for a call to this model; both with `always`. */
export const loadStack = async (
  path: string | undefined,
  model?: string,
  more: () => Promise<SwitchyardConfig["plugins"]> = async () => [],
  always: SwitchyardConfig["plugins"] = [],
): Promise<LoadedStack> => {
  const loaded = await loadConfig({
    ...(path === undefined ? {} : { path }),
    importPackage: (name) => import(name),
  })
  const own = loaded?.config ?? (await extended(await embeddedConfig(model), more))
  const config = { ...own, plugins: [...own.plugins, ...always] }
  const embedded = loaded === undefined && config.routes?.["auto"] === "extractive/default"
  return {
    switchyard: createSwitchyard(config),
    config,
    path: loaded?.path,
    hint: embedded ? hintFor() : undefined,
  }
}

/** The nearest config's stack, for commands that need a model only sometimes. */
export const lazyStack = (path: string | undefined) => {
  let loading: Promise<LoadedStack> | undefined
  return {
    open: async (): Promise<Switchyard> => (await (loading ??= loadStack(path, "openai/embedding"))).switchyard,
    close: async (): Promise<void> => (await loading?.catch(() => undefined))?.switchyard.close(),
  }
}
