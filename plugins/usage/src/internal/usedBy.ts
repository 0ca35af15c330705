import type { Candidate, Usage } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { OpenRequest, Used } from "./CallAccount.ts"
import { countedUsage, usageOf } from "./estimate.ts"
import type { Known, Pricing } from "./Pricing.ts"
import { named } from "./whoSpends.ts"

/** In USD: as the provider says, else by the prices that are known. */
export const costOf = (candidate: Candidate, usage: Usage, known: Known, { usd }: Pricing): number | undefined =>
  usage.cost?.currency === "USD" ? usage.cost.amount : usd(candidate, usage, known)

/** What a request that was sent has used: as reported, else counted. What is reported corrects later estimates. */
export const usedBy = (
  { meter, request, known, uncalibrated }: Pick<OpenRequest, "meter" | "request" | "known" | "uncalibrated">,
  pricing: Pricing,
): Effect.Effect<Used> => {
  const { candidate, metered } = meter
  const { counter } = pricing
  const priced = (usage: Usage, estimated: boolean): Used => ({
    usage,
    estimated,
    usd: costOf(candidate, usage, known, pricing),
  })
  switch (metered._tag) {
    case "Free":
      return Effect.succeed({ usage: usageOf(0, 0), estimated: false, usd: 0 })
    case "Reported": {
      const reported = metered.usage.input.total
      if (uncalibrated !== undefined && reported !== undefined) {
        counter.calibrate(named(candidate), { uncalibrated, reported })
      }
      return Effect.succeed(priced(metered.usage, false))
    }
    case "Counted":
      return Effect.map(countedUsage(counter, request, metered.text, candidate), (usage) => priced(usage, true))
  }
}
