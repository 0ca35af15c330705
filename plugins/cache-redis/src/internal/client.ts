import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type CommandParser, createClient, defineScript, RESP_TYPES } from "redis"
import * as scripts from "./scripts.ts"

const connectMs = 2000
const pingMs = 5000
/** A Redis that says nothing for so long is not there any more, whatever the network thinks. */
const silentMs = 20_000
const mostWaiting = 10_000

/** A script whose reply is whatever it returned: the callers below know it. */
const scripted = (source: string) =>
  defineScript({
    SCRIPT: source,
    parseCommand: (parser: CommandParser, keys: Array<string>, args: Array<string | Buffer>) => {
      parser.pushKeysLength(keys)
      parser.push(...args)
    },
    transformReply: (reply: unknown): unknown => reply,
  })

const known = {
  last: scripted(scripts.last),
  acquire: scripted(scripts.acquire),
  renew: scripted(scripts.renew),
  release: scripted(scripts.release),
  keep: scripted(scripts.store),
  fence: scripted(scripts.fence),
  drop: scripted(scripts.drop),
}

const opened = (url: string) =>
  createClient({
    url,
    scripts: known,
    disableOfflineQueue: true,
    commandsQueueMaxLength: mostWaiting,
    pingInterval: pingMs,
    // Every command has a deadline of ours; the client's own is a timer and two events each.
    commandOptions: { timeout: 0 },
    socket: {
      connectTimeout: connectMs,
      socketTimeout: silentMs,
      reconnectStrategy: (tries: number) => Math.min(1000, 50 * 2 ** Math.min(tries, 10)),
    },
  })

/** The commands that are used; texts come as bytes. */
export interface Commands {
  readonly get: (key: string) => Promise<Buffer | null>
  readonly exists: (key: string) => Promise<number>
  readonly strLen: (key: string) => Promise<number>
  readonly ping: () => Promise<unknown>
  readonly zScan: (
    key: string,
    cursor: string,
    options: { readonly COUNT: number },
  ) => Promise<{ readonly cursor: unknown; readonly members: ReadonlyArray<{ readonly value: unknown }> }>
  readonly zmScore: (key: string, members: Array<string>) => Promise<ReadonlyArray<number | null>>
  readonly last: Script
  readonly acquire: Script
  readonly renew: Script
  readonly release: Script
  readonly keep: Script
  readonly fence: Script
  readonly drop: Script
}

type Script = (keys: Array<string>, args: Array<string | Buffer>) => Promise<unknown>

/** One connection for commands, and one that hears what others do. */
export interface Clients {
  readonly client: Connection
  readonly binary: Commands
  readonly listener: Connection & {
    readonly subscribe: (channel: string, heard: (text: string) => void) => Promise<unknown>
  }
}

interface Connection {
  readonly isReady: boolean
  readonly connect: () => Promise<unknown>
  readonly on: (event: string, heard: (error: unknown) => void) => unknown
  readonly off: (event: string, heard: (error: unknown) => void) => unknown
}

/**
 * Not yet connected; closed with the scope. They try again by themselves until then. `mended` is told when the numbers of
 * leases had to begin again.
 */
export const openClients = (url: string, mended: () => void): Effect.Effect<Clients, LlmError, Scope.Scope> =>
  Effect.gen(function* () {
    const client = yield* scoped(Effect.try({ try: () => opened(url), catch: wrongUrl }))
    const listener = yield* scoped(Effect.sync(() => client.duplicate()))
    return { client, listener, binary: telling(client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }), mended) }
  })

/** What a script replies that mended the numbers is in a table. (Clients of one URL share their scripts' `transformReply`.) */
const telling = (commands: Commands, mended: () => void): Commands => {
  const told =
    (name: "last" | "acquire" | "keep" | "fence"): Script =>
    async (keys, args) => {
      const reply = await commands[name](keys, args)
      if (!Array.isArray(reply)) return reply
      mended()
      return reply[0]
    }
  const own: Commands = Object.create(commands)
  return Object.assign(own, { last: told("last"), acquire: told("acquire"), keep: told("keep"), fence: told("fence") })
}

const scoped = <A extends { readonly destroy: () => unknown }, E>(open: Effect.Effect<A, E>) =>
  Effect.acquireRelease(open, (client) => Effect.sync(() => void client.destroy()))

/** The URL may hold a password, so it is not repeated. */
const wrongUrl = (): LlmError =>
  LlmError.make(
    {
      _tag: "InvalidRequest",
      field: "url",
      message: "the options of @switchyard/cache-redis are wrong: url is no URL such as redis://127.0.0.1:6379",
    },
    { operation: "compose" },
  )
