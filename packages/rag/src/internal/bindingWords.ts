import { stemmer } from "stemmer"

/** Words that ask or bind and say nothing of what is asked for: of English all, of other languages only the commonest. */
const english = `a an the and or but if of in on at to from by for with about into as is are was were be been being am
  do does did done has have had having can could may might must shall should will would i you he she it we they me him her
  us them my your his its our their this that these those there here what which who whom whose when where why how not no
  nor so than then too very just also any some please tell explain describe mean means let get got im ive dont doesnt`
const others = `der die das den dem des ein eine einen einem einer und oder ist sind war wird werden wie wo warum welche
  welcher zu zum zur von vom mit auf es er sie ich wir man kann nicht le la les un une des du de et ou est sont qui que
  quoi quel quelle comment pourquoi dans sur pour par avec au aux ce el los las una y es son como donde cual para con del
  al se su il lo gli di che sono perche os um uma em para что как где когда почему и в на с по из не для это`

/** In the form in which words are compared. */
export const bindingWords: ReadonlySet<string> = new Set(
  `${english} ${others}`.split(/\s+/).flatMap((word) => [word, /^[a-z]{3,}$/.test(word) ? stemmer(word) : word]),
)
