import { lookup as systemLookup } from "node:dns"
import type { LookupAddress } from "node:dns"
import type { LookupFunction } from "node:net"
import { isIP } from "node:net"
import { Agent, buildConnector } from "undici"
import { TransportError } from "../TransportError.ts"
import { isPublicAddress } from "./publicAddress.ts"

export interface GuardedAgentOptions {
  /** Host names that may be anywhere. */
  readonly isAllowed: (host: string) => boolean
  readonly lookup: LookupFunction | undefined
  readonly connectTimeoutMs: number
}

export const addressRefused = (host: string): TransportError =>
  new TransportError(
    "ADDRESS_REFUSED",
    `${host}: is not a host on the public internet, and only those are fetched from`,
  )

const asList = (
  address: string | ReadonlyArray<LookupAddress>,
  family: number | undefined,
): ReadonlyArray<LookupAddress> =>
  typeof address === "string" ? [{ address, family: family ?? isIP(address) }] : address

/**
 * Looks names up and passes on public addresses only. The socket connects to exactly what is passed on: a name server
 * that answers differently the next time is never asked again, so it cannot rebind.
 */
const guardedLookup =
  (resolve: LookupFunction, isAllowed: (host: string) => boolean): LookupFunction =>
  (host, options, callback) =>
    resolve(host, { ...options, all: true }, (error, address, family) => {
      if (error !== null) return callback(error, "", 0)
      const found = asList(address, family)
      const usable = isAllowed(host) ? found : found.filter((each) => isPublicAddress(each.address))
      const first = usable[0]
      if (first === undefined) return callback(addressRefused(host), "", 0)
      if (options.all === true) return callback(null, [...usable])
      callback(null, first.address, first.family)
    })

/** A pool whose sockets reach public addresses and allowed hosts only. No proxy: behind one the address is not ours to see. */
export const guardedAgent = ({ isAllowed, lookup, connectTimeoutMs }: GuardedAgentOptions): Agent => {
  const connector = buildConnector({
    timeout: connectTimeoutMs,
    lookup: guardedLookup(lookup ?? systemLookup, isAllowed),
  })
  return new Agent({
    pipelining: 1,
    connect: (options, callback) => {
      const { hostname } = options
      const literal = hostname.replace(/^\[|\]$/g, "")
      // A literal address is connected to without a lookup.
      if (isIP(literal) !== 0 && !isAllowed(literal) && !isPublicAddress(literal)) {
        callback(addressRefused(literal), null)
        return
      }
      connector(options, (error, socket) => {
        if (error !== null) return callback(error, null)
        const { remoteAddress } = socket
        if (isAllowed(literal) || (remoteAddress !== undefined && isPublicAddress(remoteAddress))) {
          callback(null, socket)
          return
        }
        socket.destroy()
        callback(addressRefused(literal), null)
      })
    },
  })
}
