import ignore, { type Ignore } from "ignore"

/** Patterns as in a .gitignore file, or the text of one. */
export const patternsOf = (patterns: string | ReadonlyArray<string>): Ignore =>
  ignore({ ignorecase: false }).add(patterns)

/** The patterns of one file. */
interface Scope {
  readonly patterns: Ignore
  /** A path as the file says it. */
  readonly within: (path: string) => string
}

/**
 * The ignore files that hold in a folder, those of the folders above it included. The nearest to a path decides, and in one
 * file the last pattern that matches: gitignore(5).
 */
export class IgnoreRules {
  readonly #scopes: ReadonlyArray<Scope>

  constructor(scopes: ReadonlyArray<Scope> = []) {
    this.#scopes = scopes
  }

  /** With one more file, nearer than the others. It stands in the folder `below` the root: `""`, or ending in `/`. */
  and(below: string, text: string): IgnoreRules {
    return new IgnoreRules([
      ...this.#scopes,
      { within: (path) => path.slice(below.length), patterns: patternsOf(text) },
    ])
  }

  /** The same rules for paths that are from a folder below the root. */
  from(folder: string): IgnoreRules {
    return new IgnoreRules(
      this.#scopes.map(({ patterns, within }) => ({ patterns, within: (path) => within(`${folder}${path}`) })),
    )
  }

  /**
   * The rules in a folder that is not ignored. A farther file may ignore it still, where a nearer one took it back; what is
   * in it is then asked about for itself.
   */
  entering(folder: string): IgnoreRules {
    if (folder === "") return this
    return new IgnoreRules(
      this.#scopes.map((scope) => {
        const path = scope.within(folder)
        return scope.patterns.ignores(path) ? { ...scope, patterns: takenBack(scope.patterns, path) } : scope
      }),
    )
  }

  /** `path` is from the root; of folders it ends in `/`. Only asked of what is in folders that are entered. */
  ignores(path: string): boolean {
    for (const { within, patterns } of this.#scopes.toReversed()) {
      const { ignored, unignored } = patterns.test(within(path))
      if (ignored) return true
      if (unignored) return false
    }
    return false
  }
}

/** The patterns with all folders as deep as `folder` taken back: of those, only `folder` is asked about from now on. */
const takenBack = (patterns: Ignore, folder: string): Ignore =>
  ignore({ ignorecase: false })
    .add(patterns)
    .add(`!${"/*".repeat(folder.split("/").length - 1)}/`)
