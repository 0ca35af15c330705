import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { retrieval } from "../src/index.ts"
import { decisionsOf, fixed, passage } from "./asking.ts"
import { withStack } from "./stack.ts"

const before = "How slow is Redis?"

/** What was looked for, of a conversation that went on with each of these. */
const lookedFor = (questions: ReadonlyArray<string>) =>
  withStack([retrieval({ retriever: fixed([passage("Redis is fast.")]) })], ({ kernel }) =>
    Effect.forEach(questions, (question) =>
      Effect.map(
        kernel.generate({
          model: "openai/gpt-5",
          messages: [
            { role: "user", content: before },
            { role: "assistant", content: "Not at all." },
            { role: "user", content: question },
          ],
        }),
        (response) => /chunks for (".*")$/m.exec(decisionsOf(response))?.[1],
      ),
    ),
  )

const alone = [
  "Is there a way to see the exit code?",
  "What does the error that says QuotaExhausted mean?",
  "Which one of the stores is fastest?",
  "So how much does Redis cost us?",
  "Und was kostet Redis bei uns im Monat?",
  "Was kostet das Postgres-Paket im Monat?",
  "Redisが遅いとき、呼び出しはどうなりますか？",
  "如何发布一个插件到软件仓库？",
  "Are there plugins that cache answers?",
  "How do I make sure that Postgres is up?",
  "Is it possible to run two stores?",
  "What can I use instead of Postgres?",
  "Why does a call time out when the pool is exhausted?",
  "Do two clients with the same key share a result?",
  "What is the first argument of definePlugin?",
]

const leaning = [
  "Tell me more about the second option please",
  "And why is that?",
  "Does it wait?",
  "And for Postgres?",
  "And when Postgres is slow?",
  "But what if the disk is full?",
  "What about the stores that cache?",
  "Can the plugin do that?",
  "Does the kernel support that option?",
  "Which one is fastest?",
  "What happens there?",
  "What can I use instead?",
  "Is the same true of Postgres?",
  "Can you tell me more?",
  "Und warum ist das so?",
  "Was kostet das?",
  "それはなぜですか？",
  "料金は？",
  "为什么？",
]

it.live("a question that stands alone is looked for alone", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(
      yield* lookedFor(alone),
      alone.map((question) => JSON.stringify(question)),
    )
  }),
)

it.live("one that leans on the question before is looked for with it", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(
      yield* lookedFor(leaning),
      leaning.map((question) => JSON.stringify(`${before}\n${question}`)),
    )
  }),
)
