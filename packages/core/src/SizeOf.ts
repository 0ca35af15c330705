const perValue = 16

/** About so many bytes of memory: 2 for each character, 16 for each value around it. Rather too many than too few. */
export const sizeOf = (value: unknown): number => {
  if (typeof value === "string") return perValue + value.length * 2
  if (value instanceof Uint8Array) return perValue + value.byteLength
  if (typeof value !== "object" || value === null) return perValue
  let bytes = perValue
  for (const [key, field] of Object.entries(value)) bytes += key.length * 2 + sizeOf(field)
  return bytes
}
