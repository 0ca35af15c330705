import type { Llama, LlamaGrammar } from "node-llama-cpp"
import { toLibrary } from "./schema.ts"
import type { Prompt } from "./request.ts"

/** How the library spells the exponent of a number: up to 10^(10^16), which is Infinity once it is parsed. */
const exponent = String.raw` ([eE] [-+]? ("0" | [1-9] [0-9]{0,15}))?`
const fraction = String.raw` ("." [0-9]{1,16})?`

/** Integers without an exponent, since 1e-3 is none; other numbers with one that a number can have. */
const soberNumbers = (gbnf: string): string =>
  gbnf
    .split("\n")
    .map((rule) => rule.replace(exponent, rule.includes(fraction) ? ` ([eE] [-+]? [0-9]{1,2})?` : ""))
    .join("\n")

/** The grammar of the wished-for output; none for text. */
export const grammarOf = async (llama: Llama, { output }: Prompt): Promise<LlamaGrammar | undefined> => {
  if (output === undefined) return undefined
  if (output.schema === undefined) return llama.getGrammarFor("json")
  const { grammar, stopGenerationTriggers, trimWhitespaceSuffix } = await llama.createGrammarForJsonSchema(
    toLibrary(output.schema),
  )
  return llama.createGrammar({
    grammar: soberNumbers(grammar),
    stopGenerationTriggers: [...stopGenerationTriggers],
    trimWhitespaceSuffix,
  })
}
