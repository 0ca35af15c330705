/** One comparison. `ours` and `peer_value` are costs in `unit`; without a peer it is our figure alone. */
export interface Row {
  readonly suite: string
  readonly name: string
  readonly ours: number
  readonly peer?: string
  readonly peer_value?: number
  readonly unit: string
}

const round = (value: number): number => Number(value.toPrecision(4))

/** Writes a line of JSON, and the same for people. */
export const report = (row: Row): void => {
  const ratio = row.peer_value === undefined ? undefined : round(row.ours / row.peer_value)
  const { suite, name, peer, unit } = row
  const value = row.peer_value === undefined ? undefined : round(row.peer_value)
  process.stdout.write(
    `${JSON.stringify({ suite, name, ours: round(row.ours), peer, peer_value: value, unit, ratio })}\n`,
  )
  const against = peer === undefined ? "" : `  ${peer} ${value}  ratio ${ratio}`
  process.stderr.write(`  ${name.padEnd(34)} ours ${round(row.ours)} ${unit}${against}\n`)
}

export const say = (text: string): void => void process.stderr.write(`${text}\n`)

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
