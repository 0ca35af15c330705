import type { Exchange } from "./Exchange.ts"
import type { JsonObject } from "./Json.ts"

const model = (id: string, exchange: Exchange): JsonObject => ({
  id,
  object: "model",
  created: exchange.created,
  owned_by: "switchyard-testkit",
  ...(exchange.reply.unknownFields ? { x_vendor_trace: { region: "eu-1" } } : {}),
})

export const modelList = (exchange: Exchange, known: ReadonlyArray<string>): JsonObject => ({
  object: "list",
  data: (exchange.reply.models ?? known).map((id) => model(id, exchange)),
})
