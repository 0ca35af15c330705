import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  return typeof address === "object" && address !== null ? address.port : 0
}

/** A Redis of its own on a free port, that can be stopped and started again. */
export class OwnRedis {
  readonly url: string
  readonly #port: number
  #process: ChildProcess | undefined

  private constructor(port: number) {
    this.#port = port
    this.url = `redis://127.0.0.1:${port}`
  }

  /** `undefined` where no redis-server is installed. */
  static async start(): Promise<OwnRedis | undefined> {
    const redis = new OwnRedis(await freePort())
    return (await redis.begin()) ? redis : undefined
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
