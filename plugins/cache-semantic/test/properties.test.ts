import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "fast-check"
import { guard, judge } from "../src/index.ts"
import { readPrompt } from "../src/internal/readPrompt.ts"
import { pairsIn, prompts, sets } from "./pairsIn.ts"

const disagree = (a: string, b: string): void => {
  if (a === b) return
  assert.isNotEmpty(guard(a, b), `${a} | ${b}`)
  assert.isNotEmpty(guard(b, a), `${b} | ${a}`)
}

describe("what changes the question, in any prompt of the sets, is a miss", () => {
  it("another number, wherever it stands", () => {
    for (const prompt of prompts)
      for (const { 0: digits, index } of prompt.matchAll(/\d+/g))
        disagree(prompt, prompt.slice(0, index) + String(Number(digits) + 1) + prompt.slice(index + digits.length))
  })

  it("a not after any auxiliary", () => {
    const auxiliary =
      /\b(?:is|are|was|were|do|does|did|can|could|should|will|must|may|have|has)\b(?!n't| not\b)(?=\s)/gi
    for (const prompt of prompts)
      for (const { 0: word, index } of prompt.matchAll(auxiliary)) {
        const end = index + word.length
        disagree(prompt, `${prompt.slice(0, end)} not${prompt.slice(end)}`)
      }
  })

  it("two names that change places, where it matters which is first", () => {
    const mutual = /\b(?:between|differ\w*|far|distance|compare|and|or|vs)\b/i
    let swapped = 0
    for (const prompt of prompts.filter((text) => !mutual.test(text))) {
      const names = [...prompt.matchAll(/(?<=[a-z,] )\p{Lu}\p{Ll}{2,}\b(?! \p{Lu})(?<! \p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+)/gu)]
      const [one, other] = names
      if (names.length !== 2 || one === undefined || other === undefined || one[0] === other[0]) continue
      const middle = prompt.slice(one.index + one[0].length, other.index)
      swapped++
      disagree(
        prompt,
        prompt.slice(0, one.index) + other[0] + middle + one[0] + prompt.slice(other.index + other[0].length),
      )
    }
    assert.isAbove(swapped, 30)
  })

  it("a word that nobody knows in the place of any other, and one more", () => {
    for (const prompt of prompts) {
      disagree(prompt, `${prompt.replace(/[?.!]+$/, "")} zebra`)
      const words = [...prompt.matchAll(/\b[a-z]{5,}\b/g)].filter(
        ({ 0: word }) => !/^(?:please|could|would)$/.test(word),
      )
      for (const { 0: word, index } of words)
        disagree(prompt, `${prompt.slice(0, index)}zebra${prompt.slice(index + word.length)}`)
    }
  })
})

describe("what changes nothing, in any prompt of the sets, is a hit", () => {
  const isQuestion = /^(?:who|what|when|where|why|how|which|is|are|does|do|did|can|should|was|were)\b/i
  const small = (prompt: string): string =>
    /^\p{Lu}\p{Ll}|^[AI] /u.test(prompt) ? prompt.charAt(0).toLowerCase() + prompt.slice(1) : prompt
  const unmarked = (prompt: string, mark: string): string =>
    isQuestion.test(prompt) ? prompt.replace(/\?$/, mark) : prompt
  const isCode = (prompt: string): boolean => prompt.includes("`")
  const said: ReadonlyArray<readonly [string, (prompt: string) => string]> = [
    ["spaces", (prompt) => (isCode(prompt) ? prompt : `  ${prompt.replaceAll(" ", "  ")} `)],
    ["a small first letter", small],
    ["please", (prompt) => (readPrompt(prompt).foreign ? prompt : `Please ${small(prompt)}`)],
    ["a question without its mark", (prompt) => unmarked(prompt, "")],
    ["a question with a full stop", (prompt) => unmarked(prompt, ".")],
  ]
  it.effect.each(said)("%s", ([, change]) =>
    Effect.gen(function* () {
      for (const prompt of prompts) {
        const { hit, guard: against } = yield* judge(prompt, change(prompt))
        assert.isTrue(hit, `${prompt} | ${change(prompt)}: ${against.join("; ")}`)
      }
    }),
  )
})

describe("the signature, by which the cache finds what may agree", () => {
  it("is the same wherever the guard agrees", () => {
    const all = [...sets.flatMap(({ pairs }) => pairs), ...pairsIn("probes")]
    const agreeing = all.filter(({ a, b }) => guard(a, b).length === 0)
    assert.isAbove(agreeing.length, 500)
    for (const { a, b } of agreeing) assert.strictEqual(readPrompt(a).signature, readPrompt(b).signature, `${a} | ${b}`)
  })

  it("is the same for any two texts of a few words that agree", () => {
    const word = FastCheck.constantFrom(
      ..."how do i the a code function script in python sort list my us US not ? , and write please give me 5 to from".split(
        " ",
      ),
    )
    const text = FastCheck.array(word, { minLength: 1, maxLength: 7 }).map((words) => words.join(" "))
    FastCheck.assert(
      FastCheck.property(text, text, (a, b) => {
        if (guard(a, b).length === 0) assert.strictEqual(readPrompt(a).signature, readPrompt(b).signature)
      }),
      { numRuns: 3000 },
    )
  })
})
