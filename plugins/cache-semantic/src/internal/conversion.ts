import type { Concept } from "./Reading.ts"

const asked = (name: string): boolean => /^(?:convert|equal|equivalent|be|worth|create|there|fit|contain)$/.test(name)
const unit =
  /^(?:km|m|cm|mm|mile|yard|ft|inch|kg|g|mg|lb|oz|ton|tonne|l|ml|gallon|cup|tbsp|tsp|pint|quart|celsius|fahrenheit|kelvin|hour|minute|second|ms|day|week|month|year|dollar|usd|eur|euro|gbp|yen|rupee|mph|kph|acre|hectare|stone|joule|calorie)$/

/** "Convert 5 km to miles", "What is 5 km in miles?", "How many miles are in 5 km?" */
export const converted = (
  type: string,
  concepts: ReadonlyArray<Concept>,
): readonly [string, ReadonlyArray<Concept>] => {
  const rest = concepts.filter(({ name }) => !asked(name))
  const [a, b] = rest
  if (rest.length !== 2 || a === undefined || b === undefined || !/^@(?:what|task|howmany|howmuch|howto)$/.test(type))
    return [type, concepts]
  const isQuantity = ({ name }: Concept) => /^[\d.]+ /.test(name) && unit.test(name.slice(name.indexOf(" ") + 1))
  const [quantity, other] = isQuantity(a) ? [a, b] : [b, a]
  const isSaid = /^(?:core|to|in|of|as)$/.test(other.role) && /^(?:core|from|in|of)$/.test(quantity.role)
  if (!isSaid || !isQuantity(quantity) || !unit.test(other.name)) return [type, concepts]
  return [
    "@convert",
    [
      { ...quantity, role: "core" },
      { ...other, role: "core" },
    ],
  ]
}
