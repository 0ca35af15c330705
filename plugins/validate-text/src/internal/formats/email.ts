const atom = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
const label = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u

/** A mailbox as people have them (RFC 5321, without quoted names and addresses in brackets; letters as in RFC 6531). */
export const isEmail = (text: string): boolean => {
  const at = text.lastIndexOf("@")
  const [name, domain] = [text.slice(0, at), text.slice(at + 1)]
  if (at < 1 || name.length > 64 || domain.length > 253 || !atom.test(name)) return false
  const labels = domain.split(".")
  const top = labels.at(-1) ?? ""
  return labels.length >= 2 && labels.every((part) => label.test(part)) && /^(?:\p{L}{2,}|xn--[a-z0-9-]+)$/iu.test(top)
}
