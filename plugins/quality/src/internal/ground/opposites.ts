/** Two sides; any word of one side is the opposite of any of the other. Base forms. */
const sides: ReadonlyArray<readonly [string, string]> = [
  [
    "increase rise grow growth gain climb raise expand expansion surge soar jump boost improve up more higher upward strengthen accelerate augment escalate",
    "decrease fall decline drop reduce reduction shrink lower cut plunge plummet down less fewer downward weaken diminish lessen slow contract dwindle lose shed",
  ],
  [
    "allow permit enable authorize let legal lawful grant approve accept support permissible",
    "forbid prohibit ban disallow block deny illegal unlawful refuse reject prevent bar disable oppose prohibited forbidden",
  ],
  ["enable enabled activate on", "disable disabled deactivate off"],
  ["required mandatory compulsory obligatory necessary must require", "optional voluntary unnecessary"],
  ["before prior earlier precede previous ahead until", "after later follow following subsequent since"],
  ["first earliest initial begin beginning", "last latest final end ending"],
  [
    "maximum max most upper highest largest biggest greatest longest tallest ceiling",
    "minimum min least lowest smallest fewest shortest floor",
  ],
  ["large big huge high tall major great long wide heavy", "small little tiny low short minor narrow brief light"],
  [
    "start begin open launch commence opening establish introduce",
    "stop end close finish cease shut closing abolish discontinue terminate halt",
  ],
  ["succeed success win pass victory successful triumph", "fail failure lose defeat loss unsuccessful"],
  ["profit surplus gain profitable earn", "loss deficit unprofitable lose"],
  ["buy purchase acquire import", "sell export divest sale"],
  ["include contain included inclusive", "exclude omit excluded exclusive lack"],
  ["add attach append insert", "remove delete detach subtract drop strip"],
  ["hot warm heat warmer", "cold cool chilly colder"],
  ["fast quick rapid speedy", "slow slowly sluggish"],
  ["easy simple", "difficult hard complex complicated"],
  ["safe secure harmless", "dangerous unsafe hazardous harmful risky insecure"],
  ["cheap inexpensive affordable", "expensive costly"],
  ["free gratis complimentary", "paid chargeable fee pay charge"],
  ["add gain win", "lose"],
  ["activate stimulate", "block inhibit suppress deactivate"],
  ["excessive", "little insufficient"],
  ["public", "private confidential secret"],
  ["north northern", "south southern"],
  ["east eastern", "west western"],
  ["left", "right"],
  ["above over exceed", "below under beneath"],
  ["true correct right accurate valid", "false wrong incorrect inaccurate invalid"],
  ["present available exist", "absent missing unavailable"],
  ["ascending", "descending"],
  ["internal inside indoor inner", "external outside outdoor outer"],
  ["old ancient older", "new young modern younger newer"],
  ["alive living live survive", "dead die deceased kill perish"],
  ["positive", "negative"],
  ["synchronous", "asynchronous"],
  ["online", "offline"],
  ["mutable", "immutable"],
  ["encrypt encrypted", "decrypt plaintext unencrypted"],
  ["stable", "unstable volatile"],
  ["temporary provisional", "permanent"],
  ["domestic", "foreign international overseas"],
  ["male man men boy", "female woman women girl"],
  ["cause trigger", "prevent cure"],
  ["encourage promote recommend", "discourage"],
  ["agree consent", "disagree dispute"],
  ["same identical equal", "different distinct unequal"],
  ["common frequent widespread", "rare uncommon infrequent scarce"],
  ["always", "never rarely seldom sometimes occasionally"],
  ["all every", "none"],
  ["often frequently", "rarely seldom infrequently"],
  ["majority", "minority"],
  ["full complete entire", "empty partial incomplete"],
  ["day daytime", "night nighttime overnight"],
  ["morning", "evening afternoon"],
  ["winter", "summer"],
  ["spring", "autumn fall"],
  ["arrive enter join", "leave depart exit quit"],
  ["hire employ recruit", "fire dismiss"],
  ["borrow", "lend"],
  ["teach", "learn"],
  ["deny reject decline refuse", "accept admit confirm approve"],
  ["upgrade", "downgrade"],
  ["upload", "download"],
  ["encode", "decode"],
  ["lock", "unlock"],
  ["connect", "disconnect"],
  ["input", "output"],
  ["read-only", "writable"],
  ["deny", "confirm"],
  ["automatic automatically", "manual manually"],
  ["peace", "war"],
  ["best better", "worst worse"],
  ["dry", "wet humid"],
  ["guilty convicted", "innocent acquitted"],
  ["conviction", "acquittal"],
  ["benefit", "harm"],
  ["parallel concurrent", "sequential serial"],
  ["strict", "lenient loose"],
  ["odd", "even"],
  ["backward", "forward"],
  ["vertical", "horizontal"],
  ["early", "late"],
  ["punctual", "late delay delayed overdue"],
  ["poor", "rich wealthy"],
  ["strong", "weak"],
  ["rural", "urban"],
  ["retain keep preserve", "discard abandon lose delete"],
  ["create build construct", "destroy demolish"],
  ["adult", "child"],
  ["erhöhen steigen erlauben", "senken sinken verbieten"],
  ["augmenter autoriser", "diminuer interdire"],
  ["aumentar permitir", "disminuir prohibir"],
]

const indexed = new Map<string, Array<number>>()
sides.forEach((pair, index) =>
  pair.forEach((side, which) => {
    for (const word of side.split(" ")) {
      const known = indexed.get(word)
      if (known === undefined) indexed.set(word, [2 * index + which])
      else known.push(2 * index + which)
    }
  }),
)

/** Do the two base forms stand on opposite sides of a pair? */
export const opposite = (a: string, b: string): boolean => {
  const mine = indexed.get(a)
  const theirs = mine === undefined ? undefined : indexed.get(b)
  return theirs !== undefined && mine !== undefined && mine.some((side) => theirs.includes(side ^ 1))
}

/** Of each of these a thing can be one only. Base forms; those with a stroke mean the same. */
const kinds: ReadonlyArray<string> = [
  "hourly daily weekly monthly quarterly annual|annually|yearly",
  "red blue green yellow black white orange purple pink brown grey|gray",
  "gold silver bronze",
  "solid liquid gas",
  "breakfast lunch dinner|supper",
  "mother father",
  "brother sister",
  "son daughter",
  "husband wife",
  "king queen",
  "uncle aunt",
  "primary secondary tertiary",
  "mild moderate severe",
  "list|array dictionary|map string integer boolean tuple",
  "buyer seller",
  "lender borrower",
  "landlord tenant",
  "bacterium|bacteria virus fungus",
  "vitamin mineral",
  "import export",
  "single double triple",
  "left-handed right-handed",
]
const kindOf = new Map<string, readonly [kind: number, member: number]>()
kinds.forEach((line, kind) =>
  line.split(" ").forEach((words, member) => {
    for (const word of words.split("|")) kindOf.set(word, [kind, member])
  }),
)

/** Two of a kind of which a thing can be one only: daily, weekly. */
export const exclusive = (a: string, b: string): boolean => {
  const [mine, theirs] = [kindOf.get(a), kindOf.get(b)]
  return mine !== undefined && theirs !== undefined && mine[0] === theirs[0] && mine[1] !== theirs[1]
}

/** Do they stand on the same side? */
export const sameSide = (a: string, b: string): boolean => {
  const mine = indexed.get(a)
  const theirs = mine === undefined ? undefined : indexed.get(b)
  return theirs !== undefined && mine !== undefined && mine.some((side) => theirs.includes(side))
}
