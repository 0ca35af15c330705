/** The end of a text that grows: what a process wrote to its standard error, as far as it helps. */
export class Tail {
  readonly #max: number
  #text = ""

  constructor(max: number) {
    this.#max = max
  }

  push(text: string): void {
    this.#text = (this.#text + text).slice(-this.#max)
  }

  get text(): string {
    return this.#text
  }
}

const noise = /^\s*(at .*|\^+|Node\.js v[\d.]+|npm (error|ERR!) (A complete log|code|path|errno|command).*|\}?)\s*$/
const most = 3

/** The last lines of a standard error that say something: no stack, no banner. "" when there are none. */
export const lastWords = (stderr: string): string => {
  const lines = stderr.split(/\r?\n/).filter((line) => !noise.test(line))
  return lines
    .slice(-most)
    .map((line) => line.trim())
    .join(" | ")
    .slice(-400)
}
