import { toStandardJsonSchema } from "@valibot/to-json-schema"
import type { JsonObject, Kernel, LlmError } from "@switchyard/core"
import { type } from "arktype"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as v from "valibot"
import { expectTypeOf, it } from "vitest"
import * as z from "zod"
import {
  type DeepPartial,
  defineTool,
  generateObject,
  type ObjectResult,
  runTools,
  type Tool,
  type ToolRun,
} from "../src/index.ts"

const request = { model: "p/m", prompt: "go" }

it("execute is given what its schema decodes to, and the tool knows both ends", () => {
  const effect = defineTool({
    name: "a",
    input: Schema.Struct({ day: Schema.DateFromString }),
    execute: ({ day }) => Effect.succeed(day.getTime()),
    toModelOutput: (ms) => ({ type: "text", value: ms.toFixed() }),
    needsApproval: ({ day }) => day.getTime() > 0,
  })
  expectTypeOf(effect).toEqualTypeOf<Tool<{ readonly day: Date }, number>>()
  const zod = defineTool({
    name: "b",
    input: z.object({ n: z.string().transform(Number) }),
    execute: async ({ n }) => n.toFixed(),
  })
  expectTypeOf(zod).toEqualTypeOf<Tool<{ n: number }, string>>()
  const valibot = defineTool({
    name: "c",
    input: toStandardJsonSchema(v.object({ s: v.string() })),
    execute: ({ s }) => s.length,
  })
  expectTypeOf(valibot).toEqualTypeOf<Tool<{ s: string }, number>>()
  const ark = defineTool({ name: "d", input: type({ n: "number" }), execute: ({ n }) => n })
  expectTypeOf(ark).toEqualTypeOf<Tool<{ n: number }, number>>()
  const json = defineTool({ name: "e", input: { type: "object" }, execute: (input) => input })
  expectTypeOf(json).toEqualTypeOf<Tool<JsonObject, JsonObject>>()
  const run = runTools(request, {
    tools: [effect, zod, valibot, ark, json, defineTool({ name: "f", input: type({}) })],
  })
  expectTypeOf(run).toEqualTypeOf<Effect.Effect<ToolRun, LlmError, Kernel>>()
})

// Only compiled: what the types refuse is refused here.
export const refused = (): ReadonlyArray<unknown> => [
  // @ts-expect-error there is no such field in the input
  defineTool({ name: "a", input: z.object({ n: z.number() }), execute: ({ m }) => m }),
  // @ts-expect-error a tool has an input
  defineTool({ name: "a", execute: () => 1 }),
  defineTool({
    name: "a",
    input: type({}),
    execute: () => 1,
    // @ts-expect-error the output is a number
    toModelOutput: (s: string) => ({ type: "text", value: s }),
  }),
  // @ts-expect-error tools are made by defineTool
  runTools(request, { tools: [{ name: "x" }] }),
  // @ts-expect-error output is what the schema says
  generateObject({ ...request, schema: Schema.Struct({}), output: { type: "text" } }),
]

it("an object has the type of its schema, a partial one that of its JSON", () => {
  const schema = Schema.Struct({ day: Schema.DateFromString, kind: Schema.Literals(["a", "b"]) })
  expectTypeOf(generateObject({ ...request, schema })).toEqualTypeOf<
    Effect.Effect<ObjectResult<{ readonly day: Date; readonly kind: "a" | "b" }>, LlmError, Kernel>
  >()
  type Partial = DeepPartial<{ readonly list: ReadonlyArray<{ a: number; kind: "x" | "y" }> }>
  expectTypeOf<Partial>().toEqualTypeOf<{
    readonly list?: ReadonlyArray<{ readonly a?: number; readonly kind?: string }>
  }>()
})
