import { Part, type ProviderResponse } from "@switchyard/core"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const decode = Schema.decodeUnknownOption(Schema.toCodecJson(Schema.Array(Part)))

/**
 * What was said and done in the steps before the answer: calls of tools and their results. A plugin that runs tools within
 * an attempt, as `@switchyard/tools-mcp`, shows it under `providerData.mcp.earlier`. What is no list of parts is none.
 */
export const earlierOf = ({ providerData }: Pick<ProviderResponse, "providerData">): ReadonlyArray<Part> =>
  Option.getOrElse(decode(providerData?.["mcp"]?.["earlier"]), () => [])
