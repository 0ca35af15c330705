import { readFile, stat } from "node:fs/promises"
import { basename, dirname, resolve } from "node:path"
import { LlmError } from "@switchyard/core"
import type { DocumentSource } from "@switchyard/rag"
import { type FileRules, folderFiles } from "./folderFiles.ts"
import type { FolderOptions } from "./FolderSource.ts"
import { IgnoreRules, patternsOf } from "./IgnoreRules.ts"
import { codeOf } from "./read/readStable.ts"
import { generatedName, generatedText } from "./generated.ts"
import { secretName } from "./secretName.ts"

export interface RepositoryOptions extends Omit<FolderOptions, "hidden"> {
  /** Lock files, minified and generated files too. Default: false. */
  readonly generated?: boolean
}

/**
 * The files of a code repository that git does not ignore: `.gitignore` at every level, those above the folder included,
 * and `.git/info/exclude`. A repository inside has its own rules alone. Without git itself, so that exported trees and
 * machines without it give the same; files that are tracked although they are ignored are left out therefore. Lock,
 * minified, generated and secret files are skipped, each with the reason. Otherwise as `folderSource`.
 */
export const repositorySource = (path: string, options: RepositoryOptions = {}): DocumentSource => {
  const { include, exclude = [], generated = false } = options
  const included = include === undefined ? undefined : patternsOf(include)
  const excluded = patternsOf(["node_modules", ".git", ...exclude])
  const rules: FileRules<IgnoreRules> = {
    root: new IgnoreRules(),
    enter: async (folder, names, outer) => {
      const own = names.includes(".git")
      const start = own ? await repositoryRules(`${path}/${folder}`, folder) : outer.entering(folder)
      const inherited = folder === "" && !own ? await rulesAbove(resolve(path)) : start
      if (!names.includes(".gitignore")) return inherited
      return inherited.and(folder, await textOf(`${path}/${folder}.gitignore`))
    },
    keeps: (name, scope) =>
      !excluded.ignores(name) &&
      !scope.ignores(name) &&
      (included === undefined || name.endsWith("/") || included.ignores(name)),
    skips: (name) => secretName(name) ?? (generated ? undefined : generatedName(name)),
    ...(generated ? {} : { skipsText: generatedText }),
  }
  return folderFiles(path, options, rules)
}

/** The rules of the folders above, up to the one that is the repository. None where there is none. */
const rulesAbove = async (folder: string): Promise<IgnoreRules> => {
  const between: Array<string> = []
  for (let at = folder; dirname(at) !== at; at = dirname(at)) {
    between.unshift(basename(at))
    const parent = dirname(at)
    if (await exists(`${parent}/.git`)) return rulesBetween(parent, between)
  }
  return new IgnoreRules()
}

/** The rules from a repository down to a folder in it. What is in an ignored folder cannot be taken back: gitignore(5). */
const rulesBetween = async (repository: string, between: ReadonlyArray<string>): Promise<IgnoreRules> => {
  let rules = await repositoryRules(`${repository}/`, "")
  let below = ""
  for (const name of between) {
    rules = rules.and(below, await textOf(`${repository}/${below}.gitignore`))
    below += `${name}/`
    if (rules.ignores(below)) throw ignored(`${repository}/${below.slice(0, -1)}`)
    rules = rules.entering(below)
  }
  return rules.from(below)
}

const ignored = (folder: string): LlmError =>
  LlmError.make(
    {
      _tag: "InvalidRequest",
      field: "source",
      message: `the folder ${folder} is ignored by git, with all that is in it: index it with folderSource`,
    },
    { operation: "config" },
  )

/** What a repository excludes on this machine alone. Of a worktree or a submodule, whose `.git` is a file, nothing. */
const repositoryRules = async (folder: string, below: string): Promise<IgnoreRules> =>
  new IgnoreRules().and(below, await textOf(`${folder}.git/info/exclude`))

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Nothing where there is no such file. */
const textOf = (path: string): Promise<string> =>
  readFile(path, "utf8").catch((error: unknown) => {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(codeOf(error))) return ""
    throw error
  })
