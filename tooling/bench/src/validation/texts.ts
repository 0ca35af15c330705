/** A record as models write them: names, numbers, text with quotes and lists. */
const recordOf = (index: number) => ({
  id: index,
  name: `Item number ${index}`,
  price: index * 1.25,
  available: index % 3 === 0,
  tags: ["alpha", "beta", `tag-${index % 17}`],
  owner: { first: "Ada", last: "Lovelace", mail: null },
  note: `A longer text about item ${index}, with commas, a colon: here, and "quotes" in it.`,
})

/** JSON of about this many bytes, with these spaces. */
export const validJson = (bytes: number, spaces: number): string => {
  const each = JSON.stringify(recordOf(1000), undefined, spaces).length
  return JSON.stringify(
    { items: Array.from({ length: Math.ceil(bytes / each) }, (_, index) => recordOf(index)) },
    undefined,
    spaces,
  )
}

/** The same, broken in one way each. */
export const brokenTexts = (valid: string): Readonly<Record<string, string>> => ({
  "comma at the end": `${valid.slice(0, -1)},}`,
  "cut in the middle": valid.slice(0, Math.floor(valid.length * 0.9)),
  "unquoted names": valid.replace(/"(\w+)":/g, "$1:"),
  "single quotes": valid.replaceAll(`\\"`, "").replaceAll(`"`, "'"),
  "comments and python words": valid.replaceAll("true", "True").replaceAll("null", "None /* none */"),
})
