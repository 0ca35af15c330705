import { extractive } from "@switchyard/provider-extractive"
import { openai } from "@switchyard/provider-openai"
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

/** What runs with no config and no key: the extractive provider, and OpenAI where its key or URL is set. */
export const embeddedConfig = (): SwitchyardConfig => {
  const key = present("OPENAI_API_KEY")
  const elsewhere = present("OPENAI_BASE_URL")
  if (!key && !elsewhere) return { plugins: [extractive()], routes: { auto: "extractive/default" } }
  // Only OpenAI's own endpoint is known to have OpenAI's models; elsewhere the user names one.
  const auto = elsewhere ? "extractive/default" : "openai/gpt-5.4-mini"
  return { plugins: [extractive(), openai()], routes: { auto } }
}

const hintFor = (): string =>
  present("OPENAI_BASE_URL")
    ? `OPENAI_BASE_URL is set: name a model of that server with --model openai/NAME`
    : `for a real model set OPENAI_API_KEY, or write a switchyard.config.ts`

/** The nearest config's stack, or the embedded one. */
export const loadStack = async (path: string | undefined): Promise<LoadedStack> => {
  const loaded = await loadConfig({
    ...(path === undefined ? {} : { path }),
    importPackage: (name) => import(name),
  })
  const config = loaded?.config ?? embeddedConfig()
  const embedded = loaded === undefined && config.routes?.["auto"] === "extractive/default"
  return {
    switchyard: createSwitchyard(config),
    config,
    path: loaded?.path,
    hint: embedded ? hintFor() : undefined,
  }
}
