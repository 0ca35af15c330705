import type { LlmRequestInput, Reason } from "@switchyard/core"
import type { ScriptedProvider, Turn } from "./providers.ts"

/** One act of the outage: what happens to whom, and what is asked meanwhile. */
export interface Scene {
  readonly title: string
  /** What a caller without failover would see. */
  readonly without: string
  readonly script: (north: ScriptedProvider, south: ScriptedProvider) => void
  /** What each of its calls asks, besides the question. */
  readonly policy?: LlmRequestInput["policy"]
  readonly calls?: number
  /** Before it, in ms: a breaker's open time passes. */
  readonly waitMs?: number
  /** Who answers in the end; a test holds the program to it. */
  readonly answeredBy: "north" | "south" | "extractive"
}

const plan = "Ship on Monday: freeze on Friday, test over the weekend, and keep the old version one click away."
const answer = (text = plan): Turn => ({ does: "answer", text })
const fail = (reason: Reason): Turn => ({ does: "fail", reason })

const limited = fail({ _tag: "RateLimited", message: "429, too many requests", retryAfterMs: 300 })
const overloaded = fail({ _tag: "Overloaded", message: "503, the model is overloaded" })
const json = `{ "ship": "Monday", "freeze": "Friday" }`

/** The outage, from its first sign to its end. Times are real. */
export const scenes: ReadonlyArray<Scene> = [
  {
    title: "A calm morning",
    without: "the same",
    script: (north, south) => {
      north.script(answer())
      south.script(answer())
    },
    answeredBy: "north",
  },
  {
    title: "Rate limited: north asks for 300 ms of patience",
    without: "an error 429",
    script: (north) => north.script(limited, answer()),
    answeredBy: "north",
  },
  {
    title: "The answer is prose where JSON was asked for",
    without: "a parse error",
    script: (north) => north.script(answer("Sure! You ship on Monday."), answer(json)),
    policy: { validators: [{ type: "is_json" }] },
    answeredBy: "north",
  },
  {
    title: "The stream is cut at two thirds",
    without: "two thirds of an answer, and often no error",
    script: (north) => north.script({ does: "cut", text: plan }, answer()),
    policy: { stream: "hold" },
    answeredBy: "north",
  },
  {
    title: "North takes the request and says nothing",
    without: "a wait of minutes",
    script: (north) => north.script({ does: "stay silent" }),
    answeredBy: "south",
  },
  {
    title: "North is down: 503 for ever",
    without: "an error for each call",
    script: (north) => north.script(overloaded),
    calls: 3,
    answeredBy: "south",
  },
  {
    title: "South goes down too",
    without: "no answer at all",
    script: (_, south) => south.script(overloaded),
    answeredBy: "extractive",
  },
  {
    title: "Two seconds later both are back",
    without: "somebody switches back by hand",
    script: (north, south) => {
      north.script(answer())
      south.script(answer())
    },
    waitMs: 2000,
    calls: 2,
    answeredBy: "north",
  },
]
