/** Sentences that deny in form and assert in meaning: "no lake is deeper than X" says that X is the deepest lake. */
const superlative = (comparative: string): string =>
  comparative.startsWith("more ") ? `most ${comparative.slice(5)}` : comparative.replace(/er$/, "est")

const rules: ReadonlyArray<readonly [RegExp, (...parts: ReadonlyArray<string>) => string]> = [
  [
    /^(.{2,150}?) (more|\w{3,}er) ((?:\w+ ){0,4})than any(?: other)?(?: \w+){1,4}\.?$/i,
    (_, before = "", comparative = "", what = "") =>
      `${before} the ${comparative === "more" ? "most" : superlative(comparative)} ${what}.`,
  ],
  [
    /^No (?:other )?(.{2,60}?) (is|are|was|were|has|have) ((?:more|less|fewer) \w+|\w+er) than (?:that of )?(.+?)\.?$/i,
    (_, kind = "", verb = "", comparative = "", than = "") =>
      `${than} ${verb} the ${superlative(comparative)} ${kind}.`,
  ],
  [
    /^No (?:other )?(\w+) (?:had|has) (?:ever )?(\w.{2,80}?) before (?!(?:the )?\d)(.+?)\.?$/i,
    (_, kind = "", done = "", who = "") => `${who} was the first ${kind} who ${done}.`,
  ],
  [
    /^(.{2,150}?) (is|was|were|are)(?:n't| not) (.{2,100}?) until (.+?)\.?$/i,
    (_, who = "", verb = "", done = "", when = "") => `${who} ${verb} ${done} in ${when}.`,
  ],
]

const excepting =
  /^(.{2,200}?) (is|are|was|were|may|can|will|must|does|do)(?:n't| ?not) (.{2,200}?),? (?:except(?: for)?|with the exception of|apart from|other than) (.{2,200}?)[.!]?$/i

/** "Pets are not allowed, except guide dogs" says that guide dogs are allowed. */
export const exceptionIn = (sentence: string): string | undefined => {
  const [, , verb, done, who] = sentence.length > 400 ? [] : (excepting.exec(sentence) ?? [])
  return verb === undefined || /^(?:in|on|at|for|when|if|by|with|to)\b/i.test(who ?? "")
    ? undefined
    : `${who} ${verb} ${done}.`
}

/** The same claim in a plain form, where it has one of these. */
export const restate = (claim: string): string | undefined => {
  if (claim.length > 300) return undefined
  for (const [pattern, form] of rules) {
    const found = pattern.exec(claim)
    if (found !== null) return form(...found)
  }
  return undefined
}
