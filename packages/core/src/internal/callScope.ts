import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { Job } from "../Call.ts"
import type { Stack } from "../Stack.ts"
import type { ActiveCall } from "./ActiveCall.ts"
import { published, shared } from "./cacheSteps.ts"
import type { PartsPull } from "./openStream.ts"
import { Relay } from "./Relay.ts"

/** What judges and keeps a complete answer may still do so when the time of the call is over, in ms. */
const graceMs = 1000

/**
 * The scope of a call that flows: its caller's. Where others may follow the call it is one of its own, which closes with its
 * caller's unless somebody follows. Then the stack keeps it until the answer ends, nobody follows any more, or the
 * deadline has passed.
 */
export const callScope = (stack: Stack, call: ActiveCall, caller: Scope.Scope): Effect.Effect<Scope.Scope> => {
  if (stack.cache?.share === undefined) return Effect.succeed(caller)
  const own = Scope.makeUnsafe()
  const left = (exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> => {
    const { relay } = call
    if (relay === undefined) return Scope.close(own, exit)
    call.callerLeft = !relay.isRead
    if (!relay.isFollowed || stack.scope.state._tag === "Closed") return Scope.close(own, exit)
    call.decide("cache", "its caller left, and others follow: it goes on for them")
    return Effect.asVoid(Effect.forkIn(kept(relay, call, own), stack.scope, { startImmediately: true }))
  }
  return Effect.as(Scope.addFinalizerExit(caller, left), own)
}

const kept = (relay: Relay, call: ActiveCall, own: Scope.Closeable): Effect.Effect<void> => {
  const ended = Effect.timeoutOption(relay.leave, Math.max(0, call.remainingMs()) + graceMs)
  const answered = Effect.flatMap(ended, (exit) => Option.getOrElse(exit, () => Exit.interrupt()))
  return Effect.asVoid(Effect.exit(Effect.onExit(answered, (exit) => Scope.close(own, exit))))
}

/** The parts of an answer that is not the cache's, which tells those who follow; read ahead for them where they may. */
export const relayed = (job: Job, parts: PartsPull): Effect.Effect<PartsPull> => {
  const { call, stack, scope } = job
  const told = published(job, parts)
  if (stack.cache?.share === undefined) return Effect.succeed(told)
  const relay = new Relay(told)
  return Effect.flatMap(shared(job, relay.told), (room) => {
    if (room === undefined) return Effect.succeed(told)
    relay.room = room
    call.relay = relay
    // Whoever waits for its answer need not wait for its caller to read it.
    const run = Effect.andThen(relay.run, call.release)
    return Effect.as(Effect.forkIn(run, scope, { startImmediately: true }), relay.next)
  })
}
