import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createConnection } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { freePort } from "./freePort.ts"

/** A Postgres for tests: one that runs, or one of their own. */
export interface TestPostgres {
  /** Keeps its tables apart from everybody else's: each name is a schema of its own. */
  readonly url: (schema: string) => string
  readonly stop: () => void
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port })
    const done = (is: boolean) => {
      socket.destroy()
      resolve(is)
    }
    socket
      .setTimeout(1000, () => done(false))
      .once("connect", () => done(true))
      .once("error", () => done(false))
  })

const binaries = (): string | undefined => {
  const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql").sort().toReversed() : []
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...versions.map((v) => `/usr/lib/postgresql/${v}/bin`)]
  return folders.find((folder) => existsSync(join(folder, "initdb")))
}

/** Postgres refuses to run as root, so this works for other users only. */
const startOwn = async (bin: string): Promise<TestPostgres | undefined> => {
  const data = mkdtempSync(join(tmpdir(), "switchyard-pg-"))
  const port = await freePort()
  const run = (name: string, args: ReadonlyArray<string>) =>
    spawnSync(join(bin, name), args, { stdio: "ignore", timeout: 15_000 }).status === 0
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off`
  const stop = () => {
    run("pg_ctl", ["-D", data, "-m", "immediate", "stop"])
    rmSync(data, { recursive: true, force: true })
  }
  const started =
    run("initdb", ["-D", data, "-U", "postgres", "--auth=trust"]) &&
    run("pg_ctl", ["-D", data, "-w", "-l", join(data, "log"), "-o", settings, "start"])
  if (!started) stop()
  return started ? { url: urlOf(`postgres://postgres@127.0.0.1:${port}/postgres`), stop } : undefined
}

const urlOf = (base: string) => (schema: string) => `${base}?options=${encodeURIComponent(`-c search_path=${schema}`)}`

const missing = "no Postgres: start one on 127.0.0.1:5432 (or set POSTGRES_URL), or install its server binaries"

/**
 * `POSTGRES_URL`, one on 127.0.0.1:5432 with a database `test`, or a new one on a free port. Where there is none it is
 * `undefined`, with a line that says how to get one; in CI it throws.
 */
export const findPostgres = async (): Promise<TestPostgres | undefined> => {
  const given = process.env.POSTGRES_URL
  if (given !== undefined) return { url: urlOf(given), stop: () => undefined }
  if (await answers(5432)) return { url: urlOf("postgres://postgres@127.0.0.1:5432/test"), stop: () => undefined }
  const bin = binaries()
  const own = bin === undefined ? undefined : await startOwn(bin)
  if (own !== undefined) return own
  if (process.env.CI !== undefined) throw new Error(missing)
  process.stderr.write(`skipped: ${missing}\n`)
  return undefined
}
