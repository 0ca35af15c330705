import type { CacheQuery } from "@switchyard/core"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { action } from "../../action.ts"
import { UsageError } from "../../ExitCode.ts"
import { debugFlag, jsonFlag, toggle } from "../../flags.ts"
import { out } from "../../output.ts"
import { inCache, placeFlags } from "./place.ts"

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const filters = {
  tenant: text("tenant", "Entries of this tenant"),
  model: text("model", "Entries of this model, as asked for or as answering"),
  tag: text("tag", "Entries with this tag: NAME=VALUE"),
  pattern: text("pattern", "Entries whose model or key fits: * is any text, ? one character"),
}

type Given = { readonly [K in keyof typeof filters]: Option.Option<string> }

const tagOf = (given: string): NonNullable<CacheQuery["tag"]> => {
  const at = given.indexOf("=")
  if (at < 1) throw new UsageError(`--tag ${given} must be NAME=VALUE`)
  return { name: given.slice(0, at), value: given.slice(at + 1) }
}

const queryOf = ({ tenant, model, tag, pattern }: Given, all: boolean): CacheQuery => {
  const query: CacheQuery = {
    ...(tenant._tag === "None" ? {} : { tenant: tenant.value }),
    ...(model._tag === "None" ? {} : { model: model.value }),
    ...(tag._tag === "None" ? {} : { tag: tagOf(tag.value) }),
    ...(pattern._tag === "None" ? {} : { pattern: pattern.value }),
  }
  const named = Object.keys(query).length
  if (named === 0 && !all) throw new UsageError("say what to drop: --tenant, --model, --tag, --pattern, or --all")
  if (named > 0 && all) throw new UsageError("--all drops everything: leave it out, or the filters")
  return query
}

/** `switchyard cache invalidate`: drops entries that fit all filters. */
export const cacheInvalidate = Command.make(
  "invalidate",
  { ...placeFlags, ...filters, all: toggle("all", "Every entry"), json: jsonFlag, debug: debugFlag },
  ({ json, all, tenant, model, tag, pattern, ...place }) =>
    action(async (signal) => {
      const query = queryOf({ tenant, model, tag, pattern }, all)
      const dropped = await inCache(place, (opened) => opened.invalidate(query), signal)
      out(json ? `${JSON.stringify({ dropped })}\n` : `${dropped} ${dropped === 1 ? "entry" : "entries"} dropped\n`)
    }),
).pipe(
  Command.withDescription("Drop entries of a cache; running programs forget them within a second"),
  Command.withExamples([
    { command: "switchyard cache invalidate --model openai/gpt-5-mini", description: "Answers of a model" },
    { command: "switchyard cache invalidate --tag doc=42 --tenant acme", description: "What fits both" },
  ]),
)
