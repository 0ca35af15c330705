import type { RepairLog } from "../Repair.ts"
import type { Value } from "./Value.ts"

/** What a candidate stands in: a fence and its tag, the tags around it. */
export interface Surrounding {
  readonly place: "text" | "fence" | "answer" | "thinking"
  /** The fence's tag, in lower case. */
  readonly label: string
}

/** One value that was found. `start` and `end` are positions in the answer. */
export interface Candidate {
  readonly value: Value
  readonly start: number
  readonly end: number
  readonly repairs: RepairLog
  readonly surrounding: Surrounding
  /** The values that were put together into this one. */
  readonly members: ReadonlyArray<Candidate>
}
