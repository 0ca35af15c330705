import { resolve, sep } from "node:path"
import { LlmError } from "@switchyard/core"

/** A path with `/` between its steps. A backslash is a separator on Windows alone; elsewhere names may have it. */
export const slashed = (path: string): string => (sep === "/" ? path : path.replaceAll(sep, "/"))

/** What a source is called in an index, unless it is told: where it is on this machine. */
export const nameOf = (path: string): string => slashed(resolve(path))

/** An empty path is mostly a setting that is missing, and would lead to `/`. */
export const noPath = (path: string): LlmError | undefined =>
  path === ""
    ? LlmError.make(
        {
          _tag: "InvalidRequest",
          field: "source",
          message: 'the path is empty: name a file or a folder ("." is the working directory)',
        },
        { operation: "config" },
      )
    : undefined
