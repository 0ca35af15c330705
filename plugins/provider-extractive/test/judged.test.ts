import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { about, ask, text } from "./ask.ts"
import { answerable, corpus, unanswerable } from "./judged.ts"

const answer = (question: string) =>
  Effect.match(ask(about(question, ...corpus)), { onFailure: ({ reason }) => reason._tag, onSuccess: text })

it.effect("answers at least 80 % of the judged questions", () =>
  Effect.gen(function* () {
    const missed: Array<string> = []
    for (const { question, anyOf } of answerable) {
      const said = yield* answer(question)
      if (!anyOf.some((phrase) => said.includes(phrase))) missed.push(question)
    }
    const rate = (answerable.length - missed.length) / answerable.length
    process.stdout.write(
      `hit rate ${(100 * rate).toFixed(0)} % of ${answerable.length}; missed: ${missed.join(" ") || "none"}\n`,
    )
    assert.isAtLeast(rate, 0.8)
  }),
)

it.effect("quotes nothing for most questions that the context does not answer", () =>
  Effect.gen(function* () {
    let refused = 0
    for (const question of unanswerable) if ((yield* answer(question)) === "EmptyResponse") refused++
    process.stdout.write(`refused ${refused} of ${unanswerable.length} unanswerable questions\n`)
    assert.isAtLeast(refused / unanswerable.length, 0.7)
  }),
)
