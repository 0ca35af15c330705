const ones =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  )
const tens = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ")

/** Number words below a hundred, in English and, up to twelve, in some other languages. */
export const small: ReadonlyMap<string, number> = new Map([
  ...ones.map((word, index): [string, number] => [word, index]),
  ...tens.map((word, index): [string, number] => [word, 20 + 10 * index]),
  ...others("zwei drei vier fünf sechs sieben acht neun zehn elf zwölf"),
  ...others("deux trois quatre cinq six sept huit neuf dix onze douze"),
  ...others("dos tres cuatro cinco seis siete ocho nueve diez once doce").filter(([word]) => word !== "once"),
  ...others("due tre quattro cinque sei sette otto nove dieci undici dodici"),
])

function others(text: string): ReadonlyArray<[string, number]> {
  return text.split(" ").map((word, index) => [word, index + 2])
}

/** What multiplies the number before it. */
export const scales: ReadonlyMap<string, number> = new Map([
  ["hundred", 100],
  ["thousand", 1e3],
  ["million", 1e6],
  ["millions", 1e6],
  ["billion", 1e9],
  ["billions", 1e9],
  ["trillion", 1e12],
  ["dozen", 12],
  ["k", 1e3],
  ["m", 1e6],
  ["mn", 1e6],
  ["bn", 1e9],
  ["b", 1e9],
  ["millionen", 1e6],
  ["milliarden", 1e9],
  ["millones", 1e6],
  ["milliards", 1e9],
  ["tausend", 1e3],
  ["mille", 1e3],
  ["mil", 1e3],
])

/** Scales that are only letters stand right behind a number. */
export const isLetterScale = (word: string): boolean => ["k", "m", "b"].includes(word)

const ordinalWords =
  "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(
    " ",
  )
export const ordinals: ReadonlyMap<string, number> = new Map([
  ["first", 1],
  ...ordinalWords.map((word, index): [string, number] => [word, index + 2]),
])

/** Parts of a whole. */
export const fractions: ReadonlyMap<string, number> = new Map([
  ["half", 1 / 2],
  ["third", 1 / 3],
  ["thirds", 1 / 3],
  ["quarter", 1 / 4],
  ["quarters", 1 / 4],
  ["fourth", 1 / 4],
  ["fourths", 1 / 4],
  ["fifth", 1 / 5],
  ["fifths", 1 / 5],
  ["tenth", 1 / 10],
  ["tenths", 1 / 10],
])

/** Words that are a number of times. */
export const multiples: ReadonlyMap<string, number> = new Map([
  ["twice", 2],
  ["double", 2],
  ["doubled", 2],
  ["doubles", 2],
  ["doubling", 2],
  ["twofold", 2],
  ["thrice", 3],
  ["triple", 3],
  ["tripled", 3],
  ["triples", 3],
  ["threefold", 3],
  ["quadrupled", 4],
  ["quadruple", 4],
])
