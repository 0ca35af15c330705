/** Headers of a call as undici's flat list, with the body's own content type where the caller gave none. */
export const requestHeaders = (headers: HeadersInit | undefined, contentType: string | undefined): Array<string> => {
  const list: Array<string> = []
  let typed = contentType === undefined
  const add = (value: string, name: string): void => {
    list.push(name, value)
    typed ||= name.length === 12 && name.toLowerCase() === "content-type"
  }
  if (headers instanceof Headers) headers.forEach(add)
  else if (headers !== undefined && Symbol.iterator in headers) {
    // Pairs, or the `Headers` of another library.
    for (const [name, value] of headers) add(String(value), String(name))
  } else if (headers !== undefined) for (const [name, value] of Object.entries(headers)) add(String(value), name)
  if (!typed && contentType !== undefined) list.push("content-type", contentType)
  return list
}
