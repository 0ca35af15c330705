import type { DocumentSource, Metadata } from "@switchyard/rag"
import type { ReadingOptions } from "./fileItem.ts"
import { type FileRules, folderFiles } from "./folderFiles.ts"
import { patternsOf } from "./IgnoreRules.ts"

export interface FolderOptions extends ReadingOptions {
  /** Names the source in an index. Default: the folder's absolute path. Machines that share an index give the same. */
  readonly id?: string
  /** Only these, as patterns of a .gitignore file: `["*.md", "/api/**"]`. Default: every file. */
  readonly include?: ReadonlyArray<string>
  /** Not these. Default: `["node_modules"]`, which stays unless a pattern such as `"!node_modules"` takes it back. */
  readonly exclude?: ReadonlyArray<string>
  /** Files and folders whose names begin with a point. Default: false. */
  readonly hidden?: boolean
  /** Goes with every document. */
  readonly metadata?: Metadata
}

/**
 * The documents of a folder: text, Markdown, HTML, code, CSV and JSON; PDF where `unpdf` is installed and Word where
 * `mammoth` is. Ids are paths from the folder, with `/`. Files that are binary, broken or too large are skipped, each with
 * the reason; a folder that is not there, or may not be read, fails with `InvalidRequest`.
 */
export const folderSource = (path: string, options: FolderOptions = {}): DocumentSource => {
  const { include, exclude = [], hidden = false } = options
  const included = include === undefined ? undefined : patternsOf(include)
  const excluded = patternsOf(["node_modules", ...exclude])
  const rules: FileRules<undefined> = {
    root: undefined,
    enter: async () => undefined,
    keeps: (name) =>
      (hidden || !/(?:^|\/)\.[^/]*\/?$/.test(name)) &&
      !excluded.ignores(name) &&
      (included === undefined || name.endsWith("/") || included.ignores(name)),
  }
  return folderFiles(path, options, rules)
}
