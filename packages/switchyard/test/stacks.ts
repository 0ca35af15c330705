import { openai } from "@switchyard/provider-openai"
import { startUpstream, type Upstream } from "@switchyard/testkit"
import { createSwitchyard, type Switchyard } from "../src/index.ts"

export const secret = "sk-test-0123456789abcdef"

interface Stage extends AsyncDisposable {
  readonly upstream: Upstream
  readonly switchyard: Switchyard
}

/** A Switchyard with one provider, "openai", in front of a scripted upstream. */
export const stage = async (): Promise<Stage> => {
  const upstream = await startUpstream({ apiKey: secret })
  const provider = openai({ baseURL: upstream.baseURL, apiKey: secret, models: ["small", "embedder"] })
  const switchyard = createSwitchyard({ plugins: [provider], routes: { fast: "openai/small" } })
  return {
    upstream,
    switchyard,
    [Symbol.asyncDispose]: async () => {
      await switchyard.close()
      await upstream.close()
    },
  }
}

export const hello = { model: "openai/small", prompt: "Say hello" }

/** What a promise rejects with; fails when it does not. */
export const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new Error(`expected a rejection, got ${JSON.stringify(value)}`)
}

export const collect = async <A>(items: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const all: Array<A> = []
  for await (const item of items) all.push(item)
  return all
}
