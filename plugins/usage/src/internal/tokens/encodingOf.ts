import type { ModelName } from "../../ModelNames.ts"
import type { EncodingName } from "./encodings.ts"

/** By OpenAI's name of the model, first match. Source: `tiktoken/model.py` of openai/tiktoken. */
const rules: ReadonlyArray<readonly [EncodingName, RegExp]> = [
  [
    "o200k_base",
    /^(gpt-4o|gpt-4\.[15]|gpt-5|gpt-oss|chatgpt-|chat-latest|o[1-9](-|$)|codex-|computer-use|gpt-(image|audio|realtime))/,
  ],
  ["cl100k_base", /^(gpt-4(-|$)|gpt-3\.5|text-embedding-(3|ada-002)|(babbage|davinci)-002)/],
  ["p50k_base", /^(text-davinci-00[23]|(code|text)-davinci-edit|code-(davinci|cushman)|(davinci|cushman)-codex)/],
  ["r50k_base", /^(gpt-?2$|(text|code)-(davinci|curie|babbage|ada|search|similarity)|(davinci|curie|babbage|ada)$)/],
]

/** The public encoding of an OpenAI model, also of dated and fine-tuned ones; none where OpenAI has not said which. */
export const encodingOf = ({ name }: ModelName): EncodingName | undefined =>
  rules.find(([, pattern]) => pattern.test(name))?.[0]
