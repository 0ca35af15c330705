import { BlockList, isIP } from "node:net"

/**
 * IPv4 that is not a public host: IANA's special-purpose registry (RFC 6890), multicast, and one public-looking address
 * that clouds answer themselves (168.63.129.16, Azure). The metadata services of the others lie inside these ranges:
 * 169.254.169.254, 100.100.100.200 (Alibaba), 192.0.0.192 (Oracle).
 */
const ipv4: ReadonlyArray<readonly [network: string, prefix: number]> = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
]

/** Inside 2000::/3, which is all of IPv6 that is public: protocol assignments (Teredo), documentation, 6to4. */
const ipv6: ReadonlyArray<readonly [network: string, prefix: number]> = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
]

const refused4 = new BlockList()
for (const [network, prefix] of ipv4) refused4.addSubnet(network, prefix, "ipv4")

const global6 = new BlockList()
global6.addSubnet("2000::", 3, "ipv6")
const refused6 = new BlockList()
for (const [network, prefix] of ipv6) refused6.addSubnet(network, prefix, "ipv6")

/**
 * Is it the address of a host on the public internet? Loopback, private, link-local, shared (CGNAT), multicast,
 * unspecified and reserved addresses are not; neither is IPv6 that stands for IPv4 (mapped, NAT64, 6to4, Teredo), nor an
 * address with a zone, nor anything that is no address.
 */
export const isPublicAddress = (address: string): boolean => {
  const family = isIP(address)
  if (family === 4) return !refused4.check(address, "ipv4")
  if (family !== 6 || address.includes("%")) return false
  return global6.check(address, "ipv6") && !refused6.check(address, "ipv6")
}
