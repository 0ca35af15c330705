import type { Json, Tool } from "@switchyard/core"
import type { Count } from "./encodings.ts"
import type { Overhead } from "./overhead.ts"

/** Schemas deeper than this are not looked into. */
const deepest = 16

type Node = { readonly [key: string]: Json }

const asNode = (value: Json | undefined): Node | undefined =>
  typeof value === "object" && value !== null && !isList(value) ? value : undefined

const isList = (value: Json): value is ReadonlyArray<Json> => Array.isArray(value)

const propertyTokens = (schema: Node, count: Count, overhead: Overhead, depth: number): number => {
  if (depth > deepest) return 0
  let tokens = 0
  const inner = asNode(schema["items"])
  if (inner !== undefined) tokens += propertyTokens(inner, count, overhead, depth + 1)
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    const list = schema[key]
    if (list === undefined || !isList(list)) continue
    for (const each of list) tokens += propertyTokens(asNode(each) ?? {}, count, overhead, depth + 1)
  }
  const properties = asNode(schema["properties"])
  if (properties === undefined) return tokens
  if (depth > 0) tokens += overhead.nestedObject
  Object.entries(properties).forEach(([name, value], index) => {
    const property = asNode(value) ?? {}
    tokens += count(name) + (index === 0 ? overhead.firstProperty : overhead.moreProperties)
    const { description, enum: values } = property
    if (typeof description === "string") tokens += overhead.propertyDescription + count(description)
    if (values !== undefined && isList(values)) {
      tokens += overhead.perEnum
      for (const each of values) tokens += count(String(each))
    }
    tokens += propertyTokens(property, count, overhead, depth + 1)
  })
  return tokens
}

/** What tools add to the input, after ai-tokenizer's way of counting, extended to nested schemas. Provider tools: their JSON. */
export const toolTokens = (tools: ReadonlyArray<Tool>, count: Count, overhead: Overhead): number => {
  if (tools.length === 0) return 0
  let tokens = overhead.tools
  tools.forEach((tool, index) => {
    if (index > 0) tokens += overhead.perTool
    if (tool.type === "provider") {
      tokens += count(tool.id) + (tool.args === undefined ? 0 : count(JSON.stringify(tool.args)))
      return
    }
    tokens += count(tool.name)
    if (tool.description !== undefined) tokens += overhead.perDescription + count(tool.description)
    tokens += propertyTokens(tool.inputSchema, count, overhead, 0)
  })
  return Math.max(0, tokens)
}
