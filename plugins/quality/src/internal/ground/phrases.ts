/** Phrases that say what one word says: "send back", "take part", "free of charge". */
import type { Word } from "../text/words.ts"
import { wordForm } from "./wordForm.ts"

/** The word, and after the colon the phrases for it, in base forms. */
const table: ReadonlyArray<string> = [
  "return: send back, give back, bring back, hand back, take back",
  "refund: money back, get money back",
  "exception: throw error",
  "ceo: chief executive officer, chief executive",
  "cfo: chief financial officer",
  "cto: chief technology officer",
  "AI: artificial intelligence",
  "WWII: world war ii, world war two, second world war",
  "WWI: world war i, world war one, first world war",
  "USA: united states of america, united states",
  "UK: united kingdom, great britain",
  "repaint: new coat of paint, fresh coat of paint",
  "duration: how long, length of time, amount of time",
  "distance: how far away, how far",
  "cost: how much",
  "happen: take place, come about",
  "participate: take part",
  "exceed: go beyond, go over",
  "use: make use of",
  "decide: make decision, take decision, come to decision",
  "affect: have effect on, have impact on, have influence on",
  "end: come to end, bring to end, put end to, put stop to, come to close, come to halt",
  "establish: set up",
  "perform: carry out",
  "postpone: put off, push back, put back",
  "cancel: call off",
  "reject: turn down, vote down",
  "discover: find out",
  "accelerate: speed up",
  "close: shut down, close down",
  "acquire: take over, buy out",
  "resign: step down, stand down",
  "introduce: bring in",
  "launch: roll out",
  "discontinue: phase out, do away with, get rid of",
  "lower: bring down",
  "rise: go up, shoot up",
  "fall: go down, come down",
  "reduce: cut back, cut down, scale back",
  "abandon: give up",
  "submit: hand in, turn in, send in",
  "complete: fill in, fill out",
  "register: sign up",
  "authenticate: log in, sign in",
  "inspect: look at, look into",
  "demolish: tear down, pull down, knock down",
  "divorce: split up",
  "die: pass away, lose life",
  "raise: bring up, grow up",
  "tolerate: put up with",
  "invent: come up with",
  "exhaust: run out of",
  "replace: take place of, swap out",
  "represent: stand for",
  "consist: make up of, compose of",
  "originate: come from, stem from",
  "cause: lead to, result in, give rise to, bring about",
  "employ: work for, on payroll",
  "receive: be give, be award",
  "marry: get marry, tie knot",
  "born: birthplace, birth place, place of birth, see light of day",
  "famous: well know, widely know, best know",
  "free: free of charge, at no cost, for free, at no charge, for nothing, no extra cost, no additional cost, no cost",
  "annual: once year, every year, each year, per year, per annum",
  "monthly: once month, every month, each month, per month",
  "weekly: once week, every week, each week, per week",
  "daily: once day, every day, each day, per day, every twenty four hour, every 24 hour",
  "hourly: every hour, each hour, per hour",
  "first: for first time, at first",
  "prior: prior to, ahead of, in advance",
  "because: because of, due to, owing to, on account of, as result of, thanks to",
  "despite: in spite of",
  "near: next to, close to",
  "atop: on top of",
  "abroad: other country, foreign country, overseas",
  "many: a lot of, lot of, plenty of, large number of, great many",
  "several: a number of",
  "few: small number of",
  "most: vast majority, majority of",
  "now: at present, at moment, these day",
  "formerly: use to be",
  "soon: in near future",
  "online: over internet, via internet, on web",
  "remote: from home",
  "obtain: get hold of, pick up",
  "seek: look for, search for",
  "care: look after, take care of",
  "stop: leave off",
  "delay: hold up",
  "activate: turn on, switch on",
  "deactivate: turn off, switch off",
  "restart: start again, start over, start afresh",
  "remove: take away",
  "leave: set off, set out",
  "enter: go into, come into, get into, go in",
  "expire: run out",
  "depend: depend on, rely on, hinge on",
  "responsible: in charge",
  "lead: be in charge of, at helm",
  "exempt: not subject to",
  "resemble: look like, similar to",
  "understand: make sense of",
  "ignore: take no notice of, leave out",
  "destroy: burn down, wipe out",
  "escape: get away, break out",
  "continue: go on, carry on, keep on",
  "finish: get through, wrap up",
  "publish: bring out, come out",
  "debut: first appear",
  "seabed: sea floor, ocean floor",
  "undersea: under sea, below sea",
  "youngest: least old",
  "cheapest: least expensive, lowest price",
  "nonstop: without stop",
  "immediately: right away, straight away, at once, without delay",
  "permanent: for good",
  "jail: behind bars",
  "bankrupt: go bust, out of business, go under",
  "public: go public",
  "vote: cast ballot",
  "win: come first, finish first, come out on top, take gold, take home",
  "retire: hang up",
  "lose: miss out",
  "fly: go by plane, travel by air",
  "walk: go on foot, travel on foot",
  "adult: grown up",
  "night: at night",
  "must: have to, need to, be required to, be obliged to, be obligated to",
  "optional: do not have to, do not need to, need not, be not require to, be not necessary to, don't have to, don't need to, doesn't have to, doesn't need to",
  "punctual: on time, on schedule",
  "come: finish in, place in, rank in",
  "second: second place",
  "third: third place",
  "first: first place",
  "full: fill up",
  "use: use up",
  "proceed: go ahead",
  "favor: in favor of, in favour of",
  "retire: end career, finish career",
  "operate: in operation, in use, in service",
  "absorb: take in, take up, soak up",
  "army: arm force",
  "excessive: too much, too many",
  "no: little or no, little to no, hardly any, barely any",
  "borrow: take out",
  "since: be around since",
  "double: twice as much, twice as many, increase twofold, grow twofold",
  "halve: cut in half, fall by half, reduce by half, drop by half, cut by half",
  "double: increase by 100 %, rise by 100 %, grow by 100 %",
  "locate: can be find, be find in",
  "contain: be home to, home to",
  "deaf: lose hearing",
  "blind: lose sight",
  "headquarter: main office, head office",
  "weekend: saturday and sunday",
]

interface Phrase {
  readonly words: ReadonlyArray<string>
  readonly says: string
}

const indexed = new Map<string, Array<Phrase>>()
for (const line of table) {
  const [says = "", list = ""] = line.split(": ")
  for (const phrase of list.split(", ")) {
    const words = phrase.split(" ")
    const [first = ""] = words
    const known = indexed.get(first)
    if (known === undefined) indexed.set(first, [{ words, says }])
    else known.push({ words, says })
  }
}
for (const phrases of indexed.values()) phrases.sort((a, b) => b.words.length - a.words.length)

const skipped = new Set(["a", "an", "the", "its", "their", "his", "her"])

const baseOf = (word: Word): string => (word.kind === "word" ? wordForm(word.lower) : word.lower)

/** Where the phrase that begins at `at` ends; articles inside of it are passed over. */
const endOf = (list: ReadonlyArray<Word>, at: number, words: ReadonlyArray<string>): number | undefined => {
  let next = at
  for (const expected of words) {
    while (next > at && next < list.length && skipped.has(list[next]?.lower ?? "")) next++
    const word = list[next]
    if (word === undefined || word.kind === "sign" || (word.lower !== expected && baseOf(word) !== expected))
      return undefined
    next++
  }
  return next
}

/** The words with each known phrase put as the one word that says the same. */
export const foldPhrases = (list: ReadonlyArray<Word>): ReadonlyArray<Word> => {
  const folded: Array<Word> = []
  for (let at = 0; at < list.length;) {
    const word = list[at]
    if (word === undefined) break
    const phrases = word.kind === "word" ? (indexed.get(word.lower) ?? indexed.get(baseOf(word))) : undefined
    const phrase = phrases?.find(({ words }) => endOf(list, at, words) !== undefined)
    const end = phrase === undefined ? undefined : endOf(list, at, phrase.words)
    if (phrase === undefined || end === undefined) {
      folded.push(word)
      at++
      continue
    }
    folded.push({ ...word, text: phrase.says, lower: phrase.says.toLowerCase() })
    at = end
  }
  return folded
}
