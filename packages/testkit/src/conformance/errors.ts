import { assert } from "@effect/vitest"
import type { ReasonTag, Recovery } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { ErrorName } from "../errorBodies.ts"
import { assertReason, assertTruncated, failure } from "./judge.ts"
import { check } from "./Scene.ts"
import { hello, ownWays, type ProviderConformance, ways } from "./Suite.ts"
import type { Wait, Wire } from "./wires/Wire.ts"
import { wireOf } from "./wires/index.ts"
import { group } from "./group.ts"

interface Meaning {
  /** Any of these is a fair reading. */
  readonly reasons: ReadonlyArray<ReasonTag>
  readonly recoveries: ReadonlyArray<Recovery>
}

const means = (reasons: ReadonlyArray<ReasonTag>, ...recoveries: ReadonlyArray<Recovery>): Meaning => ({
  reasons,
  recoveries,
})

/** What each documented error is, and what may be done about it: is the request wrong, or the provider ill? */
export const meanings: Readonly<Record<ErrorName, Meaning>> = {
  invalid_request: means(["InvalidRequest"], "none"),
  context_length_exceeded: means(["ContextTooLong"], "failover"),
  content_filter: means(["ContentFiltered"], "none", "failover"),
  invalid_api_key: means(["Unauthorized"], "failover", "none"),
  forbidden: means(["Forbidden"], "failover", "none"),
  model_not_found: means(["ModelNotFound"], "failover", "none"),
  // A size in bytes: too long a context for one vendor, a malformed request for another. Sending it again never helps.
  request_too_large: means(["ContextTooLong", "InvalidRequest"], "failover", "none"),
  rate_limit_exceeded: means(["RateLimited"], "retry"),
  insufficient_quota: means(["QuotaExhausted"], "failover", "none"),
  server_error: means(["ProviderInternal"], "retry", "failover"),
  bad_gateway: means(["ProviderInternal", "Overloaded"], "retry", "failover"),
  overloaded: means(["Overloaded"], "retry", "failover"),
  gateway_timeout: means(["Overloaded", "Timeout", "ProviderInternal"], "retry", "failover"),
  overloaded_error: means(["Overloaded"], "retry", "failover"),
}

/** Every documented error, as a status and inside an answer, has its one reason. */
export const errors = (suite: ProviderConformance): void => {
  const { upstream } = suite.capabilities
  if (upstream === false) return
  const wire = wireOf(upstream)
  group("errors", () => {
    for (const name of wire.errors) byStatus(suite, wire, name)
    undocumented(suite)
    longBody(suite)
    for (const name of wire.errorsInside) inBand(suite, name)
  })
  group("how long to wait", () => waits(suite, wire.waits))
}

const byStatus = (suite: ProviderConformance, { errorBodies }: Wire, name: ErrorName): void => {
  const { status, body } = errorBodies[name]
  const { reasons, recoveries } = meanings[name]
  check(suite, `${name} (HTTP ${status}) is ${reasons.join(" or ")}`, (scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ fault: { error: name } })
      for (const [index, way] of ways.entries()) {
        const error = yield* failure(scene.ask(way, hello))
        assertReason(error, ...reasons)
        assert.include(recoveries, error.recovery, `recovery of ${error.reason._tag}`)
        assert.strictEqual(error.http?.status, status, "http.status")
        assert.strictEqual(error.context.requestId, `req_${index + 1}`, "the vendor's request id, for support")
        if (typeof body !== "string") assert.include(error.message, body.error.message, "the vendor's own words")
        assert.notMatch(error.message, /<html|<!doctype|<head|\[object/i, "no page of HTML in the message")
      }
    }),
  )
}

const undocumented = (suite: ProviderConformance): void => {
  const cases: ReadonlyArray<readonly [number, ReadonlyArray<ReasonTag>, ReadonlyArray<Recovery>]> = [
    [402, ["QuotaExhausted", "InvalidRequest", "Forbidden"], ["none", "failover"]],
    [408, ["Timeout", "ProviderInternal"], ["retry", "failover"]],
    [418, ["InvalidRequest"], ["none"]],
    [599, ["ProviderInternal", "Overloaded"], ["retry", "failover"]],
  ]
  for (const [status, reasons, recoveries] of cases) {
    check(suite, `status ${status}, with a body nobody documented, is ${reasons.join(" or ")}`, (scene) =>
      Effect.gen(function* () {
        for (const body of ["", "out of order", { detail: "no" }, [], { error: "text" }, { error: null }]) {
          scene.upstream.always({ fault: { status, body } })
          const error = yield* failure(scene.ask("generate", hello))
          assertReason(error, ...reasons)
          assert.include(recoveries, error.recovery)
          assert.notMatch(error.message, /undefined|\[object/)
        }
      }),
    )
  }
}

const longBody = (suite: ProviderConformance): void =>
  check(suite, "a long body is not repeated whole", (scene) =>
    Effect.gen(function* () {
      for (const body of ["x".repeat(200_000), `<html>${"y".repeat(200_000)}</html>`]) {
        scene.upstream.always({ fault: { status: 500, body } })
        for (const way of ways) assert.isBelow((yield* failure(scene.ask(way, hello))).message.length, 2000, way)
      }
    }),
  )

/** An error inside a 200: ordinary before any content, `Truncated` after. */
const inBand = (suite: ProviderConformance, name: ErrorName): void => {
  const { reasons } = meanings[name]
  for (const way of ownWays(suite)) {
    check(suite, `${name} inside a 200, before content, ${way}: ${reasons.join(" or ")}, not Truncated`, (scene) =>
      Effect.gen(function* () {
        for (const errorShape of ["nested", "flat"] as const) {
          scene.upstream.always({ fault: { error: name, errorAfterChunks: 0, errorShape } })
          assertReason(yield* failure(scene.ask(way, hello)), ...reasons)
        }
        scene.upstream.always({ fault: { error: name, failedAfterChunks: 0 } })
        assertReason(yield* failure(scene.ask(way, hello)), ...reasons)
      }),
    )
  }
  if (!suite.capabilities.stream) return
  check(suite, `${name} inside a 200, after content: Truncated because of ${reasons.join(" or ")}`, (scene) =>
    Effect.gen(function* () {
      for (const errorShape of ["nested", "flat"] as const) {
        scene.upstream.always({ fault: { error: name, errorAfterChunks: 2, errorShape } })
        assertTruncated(yield* failure(scene.ask("stream", hello)), ...reasons)
      }
      scene.upstream.always({ fault: { error: name, failedAfterChunks: 2 } })
      assertTruncated(yield* failure(scene.ask("stream", hello)), ...reasons)
    }),
  )
}

const waits = (suite: ProviderConformance, own: ReadonlyArray<Wait>): void => {
  const both = { "retry-after-ms": "150", "retry-after": "2" }
  const common: ReadonlyArray<Wait> = [
    { title: "retry-after in seconds", headers: () => ({ "retry-after": "2" }), ms: 2000 },
    { title: "retry-after in parts of a second", headers: () => ({ "retry-after": "0.25" }), ms: 250 },
    { title: "retry-after-ms", headers: () => ({ "retry-after-ms": "150" }), ms: 150 },
    { title: "retry-after-ms before retry-after", headers: () => both, ms: 150 },
  ]
  for (const { title, headers, ms, within = 0 } of [...common, ...own]) {
    check(suite, `${title}: ${ms} ms`, (scene) =>
      Effect.gen(function* () {
        for (const error of ["rate_limit_exceeded", "overloaded"] as const) {
          scene.upstream.always({ fault: { error, headers: headers() } })
          for (const way of ways) {
            const wait = (yield* failure(scene.ask(way, hello))).retryAfterMs ?? NaN
            assert.isTrue(wait <= ms && wait >= ms - within, `${way}: ${wait} ms, not ${ms}`)
          }
        }
      }),
    )
  }

  check(suite, "retry-after as an HTTP date: until then", (scene) =>
    Effect.gen(function* () {
      for (const way of ways) {
        const at = new Date(Date.now() + 5000).toUTCString()
        scene.upstream.always({ fault: { error: "rate_limit_exceeded", headers: { "retry-after": at } } })
        const ms = (yield* failure(scene.ask(way, hello))).retryAfterMs ?? NaN
        // The date has no milliseconds, so up to one second of the five may be missing.
        assert.isTrue(ms > 3000 && ms <= 5000, `${ms} ms`)
      }
    }),
  )

  check(suite, "a date in the past is no wait, and nonsense is no wait known", (scene) =>
    Effect.gen(function* () {
      const past = new Date(Date.now() - 60_000).toUTCString()
      const cases = [[past, [0, undefined]] as const, ["soon", [undefined]] as const, ["", [0, undefined]] as const]
      for (const [value, fair] of [...cases, ["-5", [0, undefined]] as const, ["Infinity", [undefined]] as const]) {
        scene.upstream.always({ fault: { error: "rate_limit_exceeded", headers: { "retry-after": value } } })
        assert.include(fair, (yield* failure(scene.ask("generate", hello))).retryAfterMs, `retry-after: ${value}`)
      }
    }),
  )

  check(suite, "without a header no wait is made up", (scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ fault: { error: "rate_limit_exceeded" } })
      for (const way of ways) assert.isUndefined((yield* failure(scene.ask(way, hello))).retryAfterMs)
    }),
  )
}
