import type { FilterNode, MetadataPredicate } from "../Filter.ts"
import type { MetadataScalar, MetadataValue } from "../Metadata.ts"

/** A checked filter as one function made of functions: no names are looked up while records are tested. */
export const compile = (node: FilterNode): MetadataPredicate => {
  switch (node._tag) {
    case "All": {
      const of = node.of.map(compile)
      return (metadata) => of.every((test) => test(metadata))
    }
    case "Any": {
      const of = node.of.map(compile)
      return (metadata) => of.some((test) => test(metadata))
    }
    case "Not": {
      const of = compile(node.of)
      return (metadata) => !of(metadata)
    }
    case "Test":
      return fieldTest(node)
  }
}

type Test = Extract<FilterNode, { readonly _tag: "Test" }>

const fieldTest = ({ field, operator, value }: Test): MetadataPredicate => {
  // Own fields only: "constructor" is a name like any other.
  if (operator === "exists") return (metadata) => Object.hasOwn(metadata, field) === value
  if (operator === "ne") return (metadata) => !Object.hasOwn(metadata, field) || !holds(metadata[field], equals(value))
  const test = itemTest(operator, value)
  return (metadata) => Object.hasOwn(metadata, field) && holds(metadata[field], test)
}

type ItemTest = (item: MetadataScalar) => boolean

const holds = (value: MetadataValue | undefined, test: ItemTest): boolean =>
  value !== undefined && (isList(value) ? value.some(test) : test(value))

// Array.isArray does not narrow a readonly list away.
const isList = (value: MetadataValue): value is ReadonlyArray<MetadataScalar> => Array.isArray(value)

const equals =
  (value: Test["value"]): ItemTest =>
  (item) =>
    item === value

const itemTest = (operator: Exclude<Test["operator"], "exists" | "ne">, value: Test["value"]): ItemTest => {
  if (operator === "eq") return equals(value)
  if (operator === "in") {
    const among = new Set<MetadataScalar>(isList(value) ? value : [value])
    return (item) => among.has(item)
  }
  if (typeof value === "number") return (item) => typeof item === "number" && ordered[operator](item, value)
  return (item) => typeof item === "string" && typeof value === "string" && ordered[operator](item, value)
}

const ordered = {
  gt: (a: string | number, b: string | number) => a > b,
  gte: (a: string | number, b: string | number) => a >= b,
  lt: (a: string | number, b: string | number) => a < b,
  lte: (a: string | number, b: string | number) => a <= b,
} as const
