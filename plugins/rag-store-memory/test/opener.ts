// A program that opens the store it is told to, and says whether it may; it closes it when it is told to.
import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { makeMemoryStore } from "../src/index.ts"

let close = (): Promise<void> => Promise.resolve()
const told = async (line: string): Promise<string> => {
  if (line === "close") {
    await close()
    return "closed"
  }
  const scope = Scope.makeUnsafe()
  close = () => Effect.runPromise(Scope.close(scope, Exit.void))
  const opened = Effect.match(makeMemoryStore({ file: line }), { onFailure: () => "refused", onSuccess: () => "open" })
  return Effect.runPromise(Scope.provide(opened, scope))
}
console.log("ready")
for await (const line of createInterface({ input: process.stdin })) console.log(await told(line))
