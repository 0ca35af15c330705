import { type Asked, glob } from "@switchyard/caching"
import type { CacheQuery } from "@switchyard/core"

/** What a query is compared with. */
export interface Named {
  readonly key: string
  readonly tenant?: string
  readonly asked: string
  readonly provider: string
  /** As the vendor names it. */
  readonly model: string
  readonly tags: Readonly<Record<string, string>>
}

/** As asked for, as the vendor names it, and that with its provider. */
const modelsOf = ({ asked, provider, model }: Named): ReadonlyArray<string> => [asked, model, `${provider}/${model}`]

/** Does it fit all fields of the query? A pattern is for the names of its models, and its key. */
export const matches = (named: Named, { tenant, model, tag, pattern }: CacheQuery): boolean =>
  (tenant === undefined || named.tenant === tenant) &&
  (tag === undefined || (Object.hasOwn(named.tags, tag.name) && named.tags[tag.name] === tag.value)) &&
  (model === undefined || modelsOf(named).includes(model)) &&
  (pattern === undefined || [...modelsOf(named), named.key].some((name) => glob(pattern, name)))

/** Might its answer fit? Who answers, and under which name, is not known yet. */
export const mayMatch = (asked: Asked, { tenant, tag }: CacheQuery): boolean =>
  (tenant === undefined || asked.tenant === tenant) &&
  (tag === undefined || (Object.hasOwn(asked.tags, tag.name) && asked.tags[tag.name] === tag.value))
