import { readFile } from "node:fs/promises"
import type { JsonObject } from "@switchyard/core"
import { UsageError } from "./ExitCode.ts"

/** A JSON Schema from a file. */
export const readSchemaFile = async (path: string): Promise<JsonObject> => {
  let text: string
  try {
    text = await readFile(path, "utf8")
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable"
    throw new UsageError(`cannot read ${path}: ${code === "ENOENT" ? "there is no such file" : code}`)
  }
  const value = parse(path, text)
  if (!isObject(value)) throw new UsageError(`${path} must hold a JSON Schema, an object`)
  return value
}

const parse = (path: string, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${path} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)
