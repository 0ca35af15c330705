import { stemmer } from "stemmer"

const irregular = new Map<string, string>()
const forms = `be:was,were,been,is,are,am begin:began,begun break:broke,broken bring:brought build:built buy:bought catch:caught choose:chose,chosen come:came cut:cut deal:dealt die:died,dying lie:lying do:did,done draw:drew,drawn drink:drank,drunk drive:drove,driven eat:ate,eaten fall:fell,fallen feed:fed feel:felt fight:fought find:found fly:flew,flown forbid:forbade,forbidden forget:forgot,forgotten forgive:forgave,forgiven freeze:froze,frozen get:got,gotten give:gave,given go:went,gone grow:grew,grown hang:hung have:had,has hear:heard hide:hid,hidden hold:held keep:kept know:knew,known lay:laid lead:led leave:left lend:lent lose:lost make:made mean:meant meet:met overcome:overcame pay:paid ride:rode,ridden ring:rang,rung rise:rose,risen run:ran say:said see:saw,seen seek:sought sell:sold send:sent shake:shook,shaken shine:shone shrink:shrank,shrunk sting:stung swing:swung spin:spun stride:strode strive:strove weave:wove,woven split:split cling:clung bite:bit,bitten bleed:bled bend:bent sow:sown slide:slid shoot:shot show:shown sing:sang,sung sink:sank,sunk sit:sat sleep:slept speak:spoke,spoken spend:spent spring:sprang stand:stood steal:stole,stolen stick:stuck strike:struck,stricken swear:swore,sworn swim:swam,swum take:took,taken teach:taught tear:tore,torn tell:told think:thought throw:threw,thrown understand:understood wake:woke,woken wear:wore,worn win:won wind:wound withdraw:withdrew,withdrawn write:wrote,written become:became bear:bore,borne born:born undergo:underwent,undergone undertake:undertook bind:bound blow:blew,blown breed:bred burn:burnt dig:dug learn:learnt mistake:mistook,mistaken overthrow:overthrew,overthrown sweep:swept uphold:upheld rebuild:rebuilt child:children man:men woman:women foot:feet tooth:teeth mouse:mice goose:geese person:persons datum:data criterion:criteria phenomenon:phenomena analysis:analyses crisis:crises basis:bases thesis:theses index:indices matrix:matrices leaf:leaves life:lives knife:knives wife:wives half:halves wolf:wolves city:cities good:better,best bad:worse,worst far:farther,further less:lesser`
for (const entry of forms.split(" ")) {
  const [base = "", variants = ""] = entry.split(":")
  for (const variant of variants.split(",")) if (base !== "good" && base !== "bad") irregular.set(variant, base)
}

const endings: ReadonlyArray<readonly [ending: string, instead: ReadonlyArray<string>]> = [
  ["ies", ["y", "ie"]],
  ["sses", ["ss"]],
  ["es", ["e", ""]],
  ["s", [""]],
  ["ied", ["y"]],
  ["ed", ["e", ""]],
  ["ing", ["e", ""]],
  ["iest", ["y"]],
  ["ier", ["y"]],
  ["est", ["e", ""]],
  ["er", ["e", ""]],
  ["ily", ["y"]],
  ["ly", ["", "le"]],
]

/** The base form of an English word: the first candidate that `known` has, else the word without a plain plural. */
export const baseForm = (
  lower: string,
  known: (word: string) => boolean,
  isAdjective: (word: string) => boolean = known,
): string => {
  const listed = irregular.get(lower)
  if (listed !== undefined) return listed
  const word = lower.replace(/'s?$/, "")
  for (const [ending, instead] of endings) {
    if (word.length < ending.length + 2 || !word.endsWith(ending)) continue
    if (ending.length < 3 ? word.endsWith("ss") || word.endsWith("us") : false) continue
    if (/^(?:ier|iest|er|est)$/.test(ending) && compares(word, ending, instead, isAdjective) !== undefined)
      return compares(word, ending, instead, isAdjective) ?? word
    // "er" and "ly" make words of their own: the word itself goes first if it is known
    if (["er", "ier", "ly", "ily", "est", "ing"].includes(ending) && ending !== "ing" && known(word)) return word
    const cut = word.slice(0, -ending.length)
    if (/([bdgmnprt])\1$/.test(cut) && !known(cut) && known(cut.slice(0, -1))) return cut.slice(0, -1)
    for (const tail of instead) if (known(cut + tail)) return cut + tail
  }
  if (known(word)) return word
  return /[^s]s$/.test(word) && word.length > 3 && !word.endsWith("us") && !word.endsWith("is")
    ? word.slice(0, -1)
    : word
}

/** The adjective that a comparative is made of: larger, biggest, earlier. */
const compares = (
  word: string,
  ending: string,
  instead: ReadonlyArray<string>,
  isAdjective: (word: string) => boolean,
): string | undefined => {
  if (nouns.has(word)) return undefined
  const cut = word.slice(0, -ending.length)
  const doubled = /([bdgmnt])\1$/.test(cut) ? [cut.slice(0, -1)] : []
  return [...instead.map((tail) => cut + tail), ...doubled].find(
    (candidate) => candidate.length > 2 && isAdjective(candidate),
  )
}

const nouns = new Set(
  "number bitter former tender summer matter corner order forest interest honest modest master minister other former proper super sober shower tower power flower later latter ladder border".split(
    " ",
  ),
)

const stems = new Map<string, string>()

/** The Porter stem (M. F. Porter, "An algorithm for suffix stripping", 1980). The last few thousand are remembered. */
export const stemOf = (word: string): string => {
  const known = stems.get(word)
  if (known !== undefined) return known
  if (stems.size > 8000) stems.clear()
  const stem = stemmer(word)
  stems.set(word, stem)
  return stem
}
