/** The version in a model's name, as 100 x major + minor: `claude-opus-4-8` is 408, `claude-3-5-sonnet` 305. */
export const claudeVersion = (name: string): number | undefined => {
  const found = /claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/.exec(name)
  return found?.[1] === undefined ? undefined : Number(found[1]) * 100 + Number(found[2] ?? 0)
}

/** Tokens per token of Claude 2's vocabulary, and the relative error, which is a judgement. */
export interface ClaudeFactor {
  readonly factor: number
  readonly error: number
}

/**
 * Claude 3 to 4.6: 1.1, ai-tokenizer's measurement. From 4.7 on: a new tokenizer, 1.0 to 1.35 times as many tokens by the
 * vendor's migration guide (https://platform.claude.com/docs/en/about-claude/models/migration-guide); the middle is taken.
 */
export const claudeFactor = (name: string): ClaudeFactor => {
  const version = claudeVersion(name)
  if (version !== undefined && version < 300) return { factor: 1, error: 0.02 }
  return version !== undefined && version < 407 ? { factor: 1.1, error: 0.05 } : { factor: 1.29, error: 0.18 }
}
