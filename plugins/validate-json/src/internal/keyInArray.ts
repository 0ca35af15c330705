import { type ArrayFrame, objectFrame } from "./Frame.ts"
import type { TolerantParser } from "./TolerantParser.ts"

/** `"name":` in an array: the array was not closed, or is an object. */
export const keyInArray = (parser: TolerantParser, frame: ArrayFrame, name: string): boolean => {
  const under = parser.stack[parser.stack.length - 2]
  if (frame.value.length === 0) return parser.gotKey(parser.toObject(frame), name)
  if (under?.kind === "object") {
    parser.cursor.repairs.add("brackets", parser.cursor.base + parser.cursor.pos)
    parser.stack.pop()
    return parser.gotKey(under, name)
  }
  parser.cursor.repairs.add("brackets", parser.cursor.base + parser.cursor.pos)
  const last = frame.value[frame.value.length - 1]
  if (typeof last === "object" && last !== null && !Array.isArray(last)) {
    const object = objectFrame(last, frame.indent)
    object.count = 1
    parser.stack.push(object)
    return parser.gotKey(object, name)
  }
  frame.afterComma = false
  parser.openObject()
  const object = parser.top
  return object?.kind === "object" ? parser.gotKey(object, name) : true
}
