import { isObject, listOf, type References, textIn, type Unknown } from "./References.ts"
import { schemaLines } from "./schemaText.ts"

/** One operation of an API. */
export interface Operation {
  /** `GET /pets/{id}`. */
  readonly title: string
  readonly operation: Unknown
  /** What stands beside the operations of the path: parameters that all share. */
  readonly shared: Unknown
}

const paragraph = (...lines: ReadonlyArray<string>): string => lines.filter((line) => line !== "").join("\n")

const paragraphs = (...parts: ReadonlyArray<string>): string => `${parts.filter((part) => part !== "").join("\n\n")}\n`

/** All that is said of an operation, as Markdown under one heading, so that it stays in one piece where it fits. */
export const operationText = ({ title, operation, shared }: Operation, references: References): string =>
  paragraphs(
    `# ${title}`,
    textIn(operation, "summary"),
    textIn(operation, "description") || textIn(shared, "description"),
    paragraph(
      textIn(operation, "operationId") === "" ? "" : `Operation: ${textIn(operation, "operationId")}`,
      listOf(operation["tags"]).length === 0 ? "" : `Tags: ${listOf(operation["tags"]).join(", ")}`,
      operation["deprecated"] === true ? "Deprecated." : "",
      securityText(operation["security"]),
    ),
    parametersText([...listOf(shared["parameters"]), ...listOf(operation["parameters"])], references),
    bodyText(operation["requestBody"], references),
    ...responsesText(operation["responses"], references),
  )

const securityText = (security: unknown): string => {
  const names = listOf(security).map((one) => (isObject(one) ? Object.keys(one).join(" and ") : ""))
  return names.every((name) => name === "") ? "" : `Security: ${names.map((name) => name || "none").join(", or ")}`
}

/** An operation's own parameter takes the place of the path's with the same name and place. */
const parametersText = (given: ReadonlyArray<unknown>, references: References): string => {
  const parameters = new Map<string, Unknown>()
  for (const one of given) {
    const { value } = references.resolve(one)
    if (isObject(value)) parameters.set(`${textIn(value, "in")} ${textIn(value, "name")}`, value)
  }
  if (parameters.size === 0) return ""
  return paragraph(
    "Parameters:",
    ...[...parameters.values()].flatMap((parameter) => {
      const required = parameter["required"] === true ? ", required" : ""
      const description = textIn(parameter, "description").replace(/\s+/g, " ")
      const schema = parameter["schema"] ?? firstMedia(parameter["content"])
      const [type = "any", ...inside] = schema === undefined ? [] : schemaLines(schema, references)
      const head = `- ${textIn(parameter, "name")} (${textIn(parameter, "in")}${required}): ${type}`
      return [description === "" ? head : `${head}. ${description}`, ...inside]
    }),
  )
}

const firstMedia = (content: unknown): unknown => {
  const [media] = isObject(content) ? Object.values(content) : []
  return isObject(media) ? media["schema"] : undefined
}

const bodyText = (given: unknown, references: References): string => {
  const { value } = references.resolve(given)
  if (!isObject(value)) return ""
  const required = value["required"] === true ? " (required)" : ""
  return paragraph(
    `Request body${required}: ${textIn(value, "description")}`.replace(/: $/, ":"),
    ...contentLines(value["content"], references),
  )
}

const responsesText = (responses: unknown, references: References): ReadonlyArray<string> =>
  Object.entries(isObject(responses) ? responses : {}).map(([status, given]) => {
    const { value } = references.resolve(given)
    if (!isObject(value)) return `Response ${status}.`
    return paragraph(
      `Response ${status}: ${textIn(value, "description")}`,
      ...Object.entries(isObject(value["headers"]) ? value["headers"] : {}).map(([name, header]) => {
        const found = references.resolve(header).value
        return `Header ${name}: ${isObject(found) ? textIn(found, "description") : ""}`
      }),
      ...contentLines(value["content"], references),
    )
  })

const contentLines = (content: unknown, references: References): ReadonlyArray<string> =>
  Object.entries(isObject(content) ? content : {}).flatMap(([mediaType, media]) => {
    const schema = isObject(media) ? media["schema"] : undefined
    if (schema === undefined) return [mediaType]
    const [type = "", ...inside] = schemaLines(schema, references)
    return [`${mediaType}: ${type}`, ...inside]
  })

/** What an API says of itself: title, servers, tags, ways to be let in. */
export const overviewText = (api: Unknown): string => {
  const info = isObject(api["info"]) ? api["info"] : {}
  const components = isObject(api["components"]) ? api["components"] : {}
  const schemes = isObject(components["securitySchemes"]) ? components["securitySchemes"] : {}
  const described = (name: string, value: unknown): string =>
    `- ${name}: ${isObject(value) ? [textIn(value, "type"), textIn(value, "scheme"), textIn(value, "description")].filter((part) => part !== "").join(", ") : ""}`
  const list = (title: string, lines: ReadonlyArray<string>) => (lines.length === 0 ? "" : paragraph(title, ...lines))
  return paragraphs(
    `# ${textIn(info, "title") || "API"} ${textIn(info, "version")}`.trimEnd(),
    textIn(info, "summary"),
    textIn(info, "description"),
    list(
      "Servers:",
      listOf(api["servers"]).flatMap((server) => (isObject(server) ? [described(textIn(server, "url"), server)] : [])),
    ),
    list(
      "Tags:",
      listOf(api["tags"]).flatMap((tag) => (isObject(tag) ? [described(textIn(tag, "name"), tag)] : [])),
    ),
    list(
      "Security:",
      Object.entries(schemes).map(([name, scheme]) => described(name, scheme)),
    ),
  )
}

export const schemaText = (name: string, schema: unknown, references: References): string =>
  paragraphs(`# Schema ${name}`, schemaLines(schema, references).join("\n"))
