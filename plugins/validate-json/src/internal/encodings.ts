const entities: Readonly<Record<string, string>> = {
  quot: '"',
  amp: "&",
  lt: "<",
  gt: ">",
  apos: "'",
  nbsp: " ",
  lbrace: "{",
  rbrace: "}",
}

/** Does a text in HTML entities begin at this bracket? */
export const isEntitiesAt = (text: string, bracket: number): boolean =>
  /^[{[][\s[{]*&(?:quot|#34|#x22|apos|#39);/i.test(text.slice(bracket, bracket + 60))

export const decodeEntities = (text: string): string =>
  text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,8}));/gi,
    (whole, hex: string, decimal: string, name: string) => {
      if (name !== undefined) return entities[name.toLowerCase()] ?? whole
      const point = hex === undefined ? Number(decimal) : parseInt(hex, 16)
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole
    },
  )

/** Does a text begin at this bracket whose quotes are all escaped? */
export const isEscapedAt = (text: string, bracket: number): boolean =>
  /^[{[](?:\s|\\[nrt]|[[{])*\\+"/.test(text.slice(bracket, bracket + 60))

/** Takes one level of escaping away. */
export const unescape = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|(["\\/nrtbf]))/g, (whole, hex: string | undefined, sign: string | undefined) => {
    if (hex !== undefined) return hex === "0022" ? '"' : whole
    return sign === "n"
      ? "\n"
      : sign === "r"
        ? "\r"
        : sign === "t"
          ? "\t"
          : sign === "b" || sign === "f"
            ? whole
            : (sign ?? whole)
  })
