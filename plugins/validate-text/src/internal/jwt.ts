/** Does the header decode to JSON that names an algorithm (RFC 7519, RFC 7515)? */
export const isJwt = (token: string): boolean => {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.slice(0, token.indexOf(".")), "base64url").toString("utf8"))
    return typeof header === "object" && header !== null && "alg" in header
  } catch {
    return false
  }
}
