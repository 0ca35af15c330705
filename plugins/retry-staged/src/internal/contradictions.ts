import { type Given, settle, strongerAfter, toolAfter } from "./settings.ts"

/** What is wrong with settings that are each right, the field that is to blame, and the others that have to do with it. */
export interface Problem {
  readonly path: readonly [field: keyof Given, ...rest: ReadonlyArray<string>]
  readonly issue: string
  readonly with: ReadonlyArray<keyof Given>
}

type Row = readonly [wrong: boolean, field: keyof Given, issue: string, others: ReadonlyArray<keyof Given>]

const tool = "maxAttemptsBeforeToolUse"
const stronger = "maxAttemptsBeforeStrongerModel"
const human = "maxAttemptsBeforeHuman"
const toolFields = [tool, "debugToolName"] as const
const strongerFields = [stronger, "strongerModel"] as const
const bounds = ["maxAttempts", "maxTotalAttempts"] as const

/**
 * Settings that are each right and cannot be meant together: a stage that is never reached, a cap under the base, a stage
 * without what it is about.
 */
export const contradictions = (given: Given): ReadonlyArray<Problem> => {
  const most = mostAttempts(given)
  const late = (given.escalateWhen ?? []).flatMap(({ failures }, index): ReadonlyArray<Problem> =>
    failures > most
      ? [{ path: ["escalateWhen", String(index), "failures"], issue: unreached(given, failures), with: bounds }]
      : [],
  )
  const rows = [...ofWaits(given), ...ofReach(given), ...ofOrder(given), ...ofIdle(given)]
  return [
    ...rows.flatMap(([wrong, field, issue, others]) =>
      wrong ? [{ path: [field] as const, issue, with: others }] : [],
    ),
    ...late,
  ]
}

/** The stronger model has as many attempts of its own. */
const mostAttempts = (given: Given): number => {
  const { maxAttempts, maxTotalAttempts } = given
  const reach = maxAttempts === undefined ? Infinity : maxAttempts + (strongerAfter(given) ?? 0)
  return Math.min(reach, maxTotalAttempts ?? Infinity)
}

const unreached = (given: Given, stage: number | undefined): string =>
  `(${String(stage)}) is never reached: there are at most ${Math.min(given.maxAttempts ?? Infinity, mostAttempts(given))} attempts`

const ofWaits = (given: Given): ReadonlyArray<Row> => {
  const { capMs, baseMs } = settle(given)
  const field = given.capMs === undefined ? "baseMs" : "capMs"
  return [[capMs < baseMs, field, `the cap (${capMs}) is below the base (${baseMs})`, ["baseMs", "capMs"]]]
}

const ofReach = (given: Given): ReadonlyArray<Row> => {
  const { maxAttempts, maxTotalAttempts, maxAttemptsBeforeHuman } = given
  const most = mostAttempts(given)
  const here = Math.min(maxAttempts ?? Infinity, most)
  const below = (maxTotalAttempts ?? Infinity) < (maxAttempts ?? 0)
  const [toolAt, strongerAt] = [toolAfter(given), strongerAfter(given)]
  return [
    [below, "maxTotalAttempts", `is below maxAttempts (${String(maxAttempts)})`, bounds],
    [(toolAt ?? 0) >= here, tool, unreached(given, toolAt), [...toolFields, ...bounds]],
    [(strongerAt ?? 0) >= here, stronger, unreached(given, strongerAt), [...strongerFields, ...bounds]],
    [(maxAttemptsBeforeHuman ?? 0) > most, human, unreached(given, maxAttemptsBeforeHuman), bounds],
  ]
}

const ofOrder = (given: Given): ReadonlyArray<Row> => {
  const [toolAt, strongerAt] = [toolAfter(given), strongerAfter(given)]
  const humanAt = given.maxAttemptsBeforeHuman ?? Infinity
  const beforeTool = `comes before the tool of ${tool} (${String(toolAt)})`
  return [
    [humanAt <= (toolAt ?? 0), human, beforeTool, toolFields],
    [humanAt <= (strongerAt ?? 0), human, `comes before ${stronger} (${String(strongerAt)})`, strongerFields],
    [(strongerAt ?? Infinity) < (toolAt ?? 0), stronger, beforeTool, [...strongerFields, ...toolFields]],
  ]
}

const ofIdle = (given: Given): ReadonlyArray<Row> => {
  const noTool = given.debugToolName === undefined
  const noModel = given.strongerModel === undefined
  return [
    [given.debugToolMcpConfig !== undefined && noTool, "debugToolMcpConfig", "has no effect without debugToolName", []],
    [given[tool] !== undefined && noTool, tool, "has no effect without debugToolName", []],
    [given[stronger] !== undefined && noModel, stronger, "has no effect without strongerModel", []],
  ]
}
