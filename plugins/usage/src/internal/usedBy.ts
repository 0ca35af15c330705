import type { Candidate, Usage } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { OpenRequest, Used } from "./CallAccount.ts"
import { countedUsage, usageOf } from "./estimate.ts"
import type { Known, Pricing } from "./Pricing.ts"
import { named } from "./whoSpends.ts"

/** In USD: as the provider says, else by the prices that are known. */
const costOf = (candidate: Candidate, usage: Usage, known: Known, { usd }: Pricing): number | undefined =>
  usage.cost?.currency === "USD" ? usage.cost.amount : usd(candidate, usage, known)

type Sent = Pick<OpenRequest, "meter" | "what" | "known" | "uncalibrated" | "most" | "reserved">

/** What a request that was sent has used: as reported, else counted or as reserved. What is reported corrects later estimates. */
export const usedBy = (sent: Sent, pricing: Pricing): Effect.Effect<Used> => {
  const { meter, what, known, uncalibrated, reserved } = sent
  const { candidate, metered } = meter
  const { counter } = pricing
  switch (metered._tag) {
    case "Free":
      return Effect.succeed({ usage: usageOf(0, 0), basis: "reported", usd: 0 })
    case "Reported": {
      const { usage } = metered
      const reported = usage.input.total
      if (uncalibrated !== undefined && reported !== undefined) {
        counter.calibrate(named(candidate), { uncalibrated, reported })
      }
      return Effect.succeed({ usage, basis: "reported", usd: costOf(candidate, usage, known, pricing) })
    }
    case "Counted":
      return Effect.map(countedUsage(counter, what, metered.text, candidate), (usage): Used => {
        const counted = { usage, usd: costOf(candidate, usage, known, pricing) }
        if (metered.whole) return { ...counted, basis: "counted" }
        return reserved ? atMost(sent, counted) : { ...counted, basis: "at-least" }
      })
  }
}

/**
 * The provider may have made, and bill, more of the answer than was read: all of what was reserved. What came may still be
 * more than that, where a provider does not keep to `maxOutputTokens`.
 */
const atMost = ({ most }: Sent, { usage, usd }: Omit<Used, "basis">): Used => {
  const input = Math.max(most.input, usage.input.total ?? 0)
  const output = Math.max(most.output, usage.output.total ?? 0)
  const dearest = most.usd === undefined ? usd : Math.max(most.usd, usd ?? 0)
  return { usage: usageOf(input, output), basis: "reserved", usd: dearest }
}
