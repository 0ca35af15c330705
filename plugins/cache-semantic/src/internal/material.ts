/** What a text is to be done to, and what is to be done. */
export interface Parts {
  readonly task: string
  /** What follows the colon or the empty line, word for word; spaces are brought to one. */
  readonly material: string | undefined
}

const pointing = /\b(?:this|these|following|below|text|sentence|paragraph|email|message|code)\b/i
const worked =
  /^(?:please\s+|can you\s+|could you\s+|help me\s+)?(?:translate|summari[sz]e|rewrite|rephrase|reword|paraphrase|proofread|correct|fix|improve|shorten|simplify|edit|convert|format|reply|respond|answer|classify|extract|explain|make|turn|find|spell|count|sort|continue|complete|review|refactor|debug|parse|evaluate|analy[sz]e|describe|read|label|write|rate|check|tag|return|list|solve|compute|calculate)\b/i

/**
 * Parts a task from the text that it is for: "Fix the grammar: I has a dog". Of such a text nothing may differ, so it is
 * compared as it is. A single word or number is read with the rest.
 */
export const partsOf = (text: string): Parts => {
  const found = /^\s*([^\n]{3,300}?)(?::\s+|\s*\n\s*)(\S+\s+\S[^]*)$/u.exec(text)
  const [, task = "", material = ""] = found ?? []
  if (found === null || !(pointing.test(task) || worked.test(task.trim()))) return { task: text, material: undefined }
  const said = task.replaceAll(/\b(?:the\s+)?following\b|\bbelow\b/gi, "this")
  return { task: said, material: material.replaceAll(/\s+/g, " ").trim() }
}
