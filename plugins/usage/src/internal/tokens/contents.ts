import type { FilePart, Message, Part } from "@switchyard/core"

/** The texts and files of messages or of an answer. */
export interface Contents {
  readonly texts: Array<string>
  readonly files: Array<FilePart>
  /** Tool calls, results, citations and the like: what stands around their texts is not public. */
  structured: number
}

const addOutput = (contents: Contents, part: Part & { readonly type: "tool-result" }): void => {
  contents.structured++
  const { output } = part
  switch (output.type) {
    case "text":
    case "error-text":
      contents.texts.push(output.value)
      break
    case "json":
    case "error-json":
      contents.texts.push(JSON.stringify(output.value))
      break
    case "content":
      for (const each of output.value) addPart(contents, each)
      break
    case "denied":
      contents.texts.push(output.reason ?? "")
  }
}

const addFile = (contents: Contents, part: FilePart): void => {
  if (part.source.type === "text") contents.texts.push(part.source.text)
  else contents.files.push(part)
}

const addPart = (contents: Contents, part: Part): void => {
  if (part.type === "text" || part.type === "reasoning") contents.texts.push(part.text)
  else if (part.type === "file") addFile(contents, part)
  else if (part.type === "tool-result") addOutput(contents, part)
  else {
    contents.structured++
    if (part.type === "tool-call") contents.texts.push(part.name, part.inputText)
  }
}

const empty = (): Contents => ({ texts: [], files: [], structured: 0 })

export const contentsOfParts = (parts: ReadonlyArray<Part>): Contents => {
  const contents = empty()
  for (const part of parts) addPart(contents, part)
  return contents
}

export const contentsOfMessages = (messages: ReadonlyArray<Message>): Contents => {
  const contents = empty()
  for (const message of messages) {
    if (message.role === "system") contents.texts.push(message.content)
    else for (const part of message.content) addPart(contents, part)
  }
  return contents
}
