import { type ChildProcess, spawn } from "node:child_process"
import { getDefaultEnvironment } from "@modelcontextprotocol/sdk/client/stdio.js"
import { deserializeMessage, serializeMessage } from "@modelcontextprotocol/sdk/shared/stdio.js"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js"
import * as Effect from "effect/Effect"
import { lastWords, Tail } from "./lastWords.ts"
import { Lines } from "./Lines.ts"
import { textOf } from "./McpProblem.ts"
import type { ServerSpec } from "./ServerSpec.ts"

type StdioSpec = Extract<ServerSpec, { kind: "stdio" }>

/** JSON-RPC 2.0, "internal error". */
const internalError = -32_603

/** An answer to a request of ours that is no JSON-RPC, as the error that it amounts to: nobody waits for another one. */
const brokenAnswer = (line: string): JSONRPCMessage | undefined => {
  try {
    const message: unknown = JSON.parse(line)
    if (typeof message !== "object" || message === null || "method" in message || !("id" in message)) return undefined
    const { id } = message
    if (typeof id !== "number" && typeof id !== "string") return undefined
    const error = {
      code: internalError,
      message: "its answer has neither a result nor an error of the form that MCP asks for",
    }
    return { jsonrpc: "2.0", id, error }
  } catch {
    return undefined
  }
}

/** On POSIX a server leads a process group of its own, so that what it started (`npx`, a shell) ends with it. */
const grouped = process.platform !== "win32"

/**
 * The stdio transport of MCP (2025-11-25, "stdio": JSON-RPC messages, one a line) to a process of ours. The SDK's own
 * neither says why a process ended nor ends what the process started.
 */
export class StdioTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: JSONRPCMessage) => void
  readonly #spec: StdioSpec
  readonly #maxBytes: number
  readonly #lines: Lines
  readonly #stderr = new Tail(8_192)
  readonly #exited: Promise<void>
  #resolveExited: () => void = () => {}
  #child: ChildProcess | undefined
  #running = false
  #ended: string | undefined
  #closed = false

  constructor(spec: StdioSpec, maxBytes: number) {
    this.#spec = spec
    this.#maxBytes = maxBytes
    this.#lines = new Lines(maxBytes)
    this.#exited = new Promise((resolve) => {
      this.#resolveExited = resolve
    })
  }

  /** Why the process is gone, with what it last wrote to its standard error; `undefined` while it runs. */
  get lost(): string | undefined {
    return this.#ended === undefined ? undefined : `${this.#ended}${this.words}`
  }

  /** What the process last wrote to its standard error, as the end of a sentence. */
  get words(): string {
    const words = lastWords(this.#stderr.text)
    return words === "" ? "" : `; its stderr ends: ${words}`
  }

  start(): Promise<void> {
    const { command, args, env, cwd } = this.#spec
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        env: { ...getDefaultEnvironment(), ...env },
        cwd,
        stdio: ["pipe", "pipe", "pipe"],
        detached: grouped,
        windowsHide: true,
      })
      this.#child = child
      child.once("spawn", () => {
        this.#running = true
        resolve()
      })
      child.once("error", (error) => {
        this.#end(this.#running ? `failed: ${textOf(error)}` : `could not be started: ${textOf(error)}`)
        if (this.#running) return
        this.#resolveExited()
        reject(error)
      })
      child.once("exit", (code, signal) => this.#exit(code, signal))
      // After its output has been read to the end: answers that it gave before it went still count.
      child.once("close", () => this.#close())
      child.stdin.on("error", (error) => this.onerror?.(error))
      child.stdout.on("data", (chunk: Buffer) => this.#read(chunk))
      child.stderr.setEncoding("utf8").on("data", (text: string) => this.#stderr.push(text))
    })
  }

  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      const stdin = this.#child?.stdin
      if (!stdin?.writable) return reject(new Error("the server's standard input is closed"))
      stdin.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()))
    })
  }

  /** Says that nothing more will be asked. `stop` ends the process. */
  close(): Promise<void> {
    this.#child?.stdin?.end()
    this.#close()
    return Promise.resolve()
  }

  /**
   * Ends the process and all that it started: its input is closed, then SIGTERM, then SIGKILL, `graceMs` between them. The
   * system has `killMs` to carry out the last one.
   */
  stop(graceMs: number, killMs: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      this.#child?.stdin?.end()
      for (const signal of ["SIGTERM", "SIGKILL"] as const) {
        if (yield* this.#gone(graceMs)) break
        this.#signal(signal)
      }
      yield* this.#gone(killMs)
      // A process that a pipe outlives would keep ours alive.
      this.#child?.stdout?.destroy()
      this.#child?.stderr?.destroy()
    })
  }

  #gone(ms: number): Effect.Effect<boolean> {
    if (!this.#running || ms === 0) return Effect.succeed(!this.#running)
    const exited = Effect.as(
      Effect.promise(() => this.#exited),
      true,
    )
    // Finalizers cannot be interrupted, and so neither could what the time limit ends.
    return Effect.interruptible(
      Effect.timeoutOrElse(exited, { duration: ms, orElse: () => Effect.succeed(!this.#running) }),
    )
  }

  #signal(signal: NodeJS.Signals): void {
    const child = this.#child
    if (child?.pid === undefined) return
    try {
      if (grouped) process.kill(-child.pid, signal)
      else child.kill(signal)
    } catch {
      // It was gone already.
    }
  }

  #exit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#running = false
    this.#end(signal === null ? `exited with code ${code}` : `was ended by ${signal}`)
    this.#signal("SIGKILL")
    this.#resolveExited()
  }

  #read(chunk: Buffer): void {
    const lines = this.#lines.push(chunk)
    if (lines === undefined) {
      this.#end(`sent a message of more than ${this.#maxBytes} bytes`)
      return this.#signal("SIGKILL")
    }
    for (const line of lines) this.#receive(line)
  }

  #receive(line: string): void {
    if (line.trim() === "") return
    try {
      this.onmessage?.(deserializeMessage(line))
    } catch (error) {
      const broken = brokenAnswer(line)
      if (broken !== undefined) return this.onmessage?.(broken)
      // Servers that print to their standard output by mistake are common: what is no message is passed over.
      this.onerror?.(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #end(why: string): void {
    this.#ended ??= why
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.onclose?.()
  }
}
