import {
  type JsonObject,
  LlmError,
  type Validator,
  type ValidatorFactory,
  type ValidatorLookup,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { all } from "./all.ts"
import { any } from "./any.ts"
import { atPath, refused } from "./internal/refused.ts"
import { All, Any, Not, outOfBounds, readParams, Staged, Weighted } from "./internal/shape.ts"
import type { Member, OnTimeout } from "./Member.ts"
import { not } from "./not.ts"
import { staged } from "./staged.ts"
import { weighted } from "./weighted.ts"

/** What holds for members that say nothing else. */
export interface Defaults {
  readonly timeoutMs: number
  readonly onTimeout: OnTimeout
}

interface Entry extends Omit<Member, "name" | "validator"> {
  readonly type: string
  readonly params?: JsonObject
}

interface Parts {
  readonly defaults: Defaults
  readonly lookup: ValidatorLookup
}

type Make = (name: string, params: JsonObject, parts: Parts) => Effect.Effect<Validator, LlmError>

const composition =
  <S extends Schema.Codec<{ readonly of: ReadonlyArray<Entry> }, unknown>>(
    schema: S,
    build: (members: ReadonlyArray<Member>, params: S["Type"]) => Validator,
    wrong: (params: S["Type"]) => readonly [field: string, problem: string] | undefined = () => undefined,
  ): Make =>
  (name, given, parts) =>
    Effect.gen(function* () {
      const params = yield* Effect.fromResult(readParams(schema, name, given))
      const problem = wrong(params)
      if (problem !== undefined) return yield* refused(name, ...problem)
      return build(yield* membersOf(params.of, parts), params)
    })

const membersOf = (entries: ReadonlyArray<Entry>, { defaults, lookup }: Parts) =>
  Effect.forEach(entries, ({ type, params, ...settings }, index) =>
    lookup(type, params ?? {}).pipe(
      Effect.mapError((error) => atPath(error, `params.of[${index}]`, type)),
      Effect.map((validator): Member => ({ ...defaults, ...settings, name: type, validator })),
    ),
  )

const compositions: Readonly<Record<string, Make>> = {
  all: composition(All, (members, { concurrency }) => all(members, { concurrency })),
  any: composition(
    Any,
    (members, { min }) => any(members, { min }),
    ({ of, min = 1 }) => (min > of.length ? ["params.min", `${min} of ${of.length} never pass`] : undefined),
  ),
  weighted: composition(Weighted, (members, { threshold, concurrency, name }) =>
    weighted(members, { threshold, concurrency, name }),
  ),
  staged: composition(Staged, (members, { sureAt }) => staged(members, { sureAt })),
  not: composition(Not, (members, { message, suggestion, name }) => {
    const [member] = members
    return member === undefined ? all([]) : not(member, { message, suggestion, name })
  }),
}

/** Every composition that a call can ask for. */
export const compositionNames: ReadonlyArray<string> = Object.keys(compositions)

const ours: ReadonlySet<string> = new Set(compositionNames)

/** The compositions. Members are made through `lookup`, so that each may come from any plugin of the stack. */
export const makeCompositeValidators = (defaults: Defaults): ValidatorFactory => ({
  names: compositionNames,
  make: (name, params, lookup) => {
    const make = Object.hasOwn(compositions, name) ? compositions[name] : undefined
    if (make === undefined) return Effect.fail(refused(name, "type", "there is no such composition"))
    const problem = outOfBounds(params, ours)
    return problem === undefined
      ? make(name, params, { defaults, lookup })
      : Effect.fail(refused(name, "params.of", problem))
  },
})
