/** The body of an error answer, if it is worth repeating: not a page of HTML, and not long. */
export const plainBody = (body: string): string => {
  const text = body.replace(/^\d{3} /, "").trim()
  if (text === "" || text.startsWith("status code")) return "the server answered with an error and no explanation"
  if (/<html|<!doctype/i.test(text))
    return `the server answered with a page of HTML instead of JSON: check the base URL`
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
