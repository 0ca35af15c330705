/** The languages that can be told apart: those of the library's data. */
const codes =
  "am ar az be bg bn ca cs da de el en es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ms nl no or pa pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh".split(
    " ",
  )

const english = new Intl.DisplayNames(["en"], { type: "language" })

/** "German" for "de". */
export const nameOfLanguage = (code: string): string => english.of(code) ?? code

const byName: ReadonlyMap<string, string> = new Map(
  codes.flatMap((code) => {
    const own = new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code
    return [code, nameOfLanguage(code).toLowerCase(), own.toLowerCase()].map((name) => [name, code] as const)
  }),
)

const others: Readonly<Record<string, string>> = { nb: "no", nn: "no", fil: "tl", id: "ms", iw: "he", mandarin: "zh" }

/** Codes with and without region ("en", "en-GB"), English names ("German") and own names ("Deutsch"). */
export const codeOfLanguage = (given: string): string | undefined => {
  const name = given.trim().toLowerCase()
  const bare = name.split(/[-_]/)[0] ?? name
  return byName.get(name) ?? byName.get(bare) ?? others[bare]
}

export const supportedLanguages: ReadonlyArray<string> = [...byName.keys()]
