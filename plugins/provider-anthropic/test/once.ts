import { compose, Kernel } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { anthropic } from "../src/index.ts"

const baseURL = process.env["TEST_BASE_URL"]
const stack = compose([anthropic(baseURL === undefined ? {} : { baseURL })])
const call = Kernel.use((kernel) => kernel.generate({ model: "anthropic/claude-opus-5-5", prompt: "Hi" }))

await Effect.runPromise(Effect.provide(call, stack))
