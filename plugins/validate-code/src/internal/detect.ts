import type { Language } from "./languages.ts"

/** Marks that only one of the languages has at the start of a line. Each counts once per line. */
const marks: ReadonlyArray<readonly [Language, RegExp]> = [
  [
    "python",
    /^(?:def \w+\(.*|class \w+(?:\(.*\))?:\s*$|from [\w.]+ import |elif .*:\s*$|if __name__ == |async def \w+\()/,
  ],
  ["go", /^(?:package \w+\s*$|func (?:\(\w+ \*?\w+\) )?\w+\(.*\{\s*$|import \($|\s+\w+ := )/],
  [
    "rust",
    /^\s*(?:(?:pub(?:\(crate\))? )?fn \w+(?:<[^>]*>)?\(.*|let mut \w+|impl(?:<[^>]*>)? \w+|use (?:std|crate|tokio|serde)::|#\[derive\()/,
  ],
  [
    "java",
    /^\s*(?:public (?:static |final |abstract )*(?:class|interface|enum|record|void|int|String) |import java[x]?\.|System\.out\.print|package [\w.]+;)/,
  ],
  ["cpp", /^\s*(?:#include\s*[<"]|using namespace \w+;|std::\w+|template\s*<)/],
  ["bash", /^(?:#!\s*\/(?:usr\/)?bin\/(?:env )?(?:ba|z|k)?sh|if \[\[? .*\]\]?; ?then|fi$|done$|esac$)/],
  ["html", /^\s*<(?:!doctype html|html|head|body|div|table|form)\b/i],
  ["sql", /^(?:SELECT\b.*|INSERT INTO |CREATE (?:TABLE|INDEX|VIEW) |UPDATE \w+ SET |DELETE FROM |ALTER TABLE )/],
  ["typescript", /^(?:export )?(?:interface \w+|type \w+ =|enum \w+ \{|import type )/],
  [
    "javascript",
    /^(?:const|let|var) (?:\w+|\{[^}]*\}|\[[^\]]*\]) = |^(?:async )?function \w*\(|^import .* from ["']|^(?:export )(?:default|const|function)|^console\.log\(/,
  ],
]

/** The language of code that nobody named, where the code leaves no doubt; undefined otherwise. */
export const detect = (code: string): Language | undefined => {
  const trimmed = code.trim()
  if (/^[[{]/.test(trimmed) && isJson(trimmed)) return "json"
  const lines = code.slice(0, 20_000).split("\n")
  const found = new Map<Language, number>()
  for (const line of lines) {
    for (const [language, mark] of marks) if (mark.test(line)) found.set(language, (found.get(language) ?? 0) + 1)
  }
  // A typed program has untyped lines too, and a page has scripts.
  if (found.has("typescript")) found.delete("javascript")
  if (found.size !== 1) return undefined
  const [[language, count] = []] = found
  return count !== undefined && (count > 1 || lines.length <= 3 || language === "html") ? language : undefined
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
