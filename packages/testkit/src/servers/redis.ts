import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { freePort } from "./freePort.ts"

const missing = "no redis-server: install your system's package of that name"

/** A Redis of a test's own on a free port, that can be killed, paused and started again. It keeps nothing on disk. */
export class OwnRedis {
  readonly url: string
  readonly #port: number
  #process: ChildProcess | undefined

  private constructor(port: number) {
    this.#port = port
    this.url = `redis://127.0.0.1:${port}`
  }

  /** `undefined` where no redis-server is installed, with a line that says how to get it; in CI it throws. */
  static async start(): Promise<OwnRedis | undefined> {
    const redis = new OwnRedis(await freePort())
    if (await redis.begin()) return redis
    if (process.env["CI"] !== undefined) throw new Error(missing)
    process.stderr.write(`skipped: ${missing}\n`)
    return undefined
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  async begin(): Promise<boolean> {
    const options = ["--port", String(this.#port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    const child = spawn("redis-server", options, { stdio: ["ignore", "pipe", "ignore"], cwd: "/tmp" })
    this.#process = child
    return new Promise((resolve) => {
      child.once("error", () => resolve(false))
      child.once("exit", () => resolve(false))
      let said = ""
      child.stdout?.on("data", (chunk: Buffer) => {
        said += String(chunk)
        if (said.includes("Ready to accept connections")) resolve(true)
      })
    })
  }

  async stop(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null) return
    child.kill("SIGKILL")
    await once(child, "exit")
  }
}
