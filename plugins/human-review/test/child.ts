// Run by kill.test.ts as a process of its own, to be killed.
import * as Effect from "effect/Effect"
import { Reviews, reviewsLayer } from "../src/index.ts"
import { generate, stack } from "./stubs.ts"

const [role, store = "", url = "", ticket = ""] = process.argv.slice(2)
const say = (text: string) => Effect.sync(() => void process.stdout.write(`${text}\n`))
const options = { store, webhook: { url } }

/** Calls that wait, in one stack. */
const asks = Effect.all([generate(), generate()], { concurrency: "unbounded" })

const asking = Effect.provide(asks, stack({ ...options, deadlineMs: 2500, onDeadline: "reject" }))

const resuming = Effect.provide(
  Effect.gen(function* () {
    yield* say("up")
    yield* Effect.flatMap(Reviews, (reviews) =>
      Effect.flatMap(reviews.wait(ticket), ({ content }) => say(JSON.stringify(content[0]))),
    )
    return yield* Effect.never
  }),
  reviewsLayer({ ...options, workflows: true }),
)

await Effect.runPromise(Effect.asVoid(role === "ask" ? asking : resuming))
