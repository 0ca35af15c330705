import type { StreamPart } from "@switchyard/core"
import { describe, expect, it } from "vitest"
import { checkGrammar } from "../src/index.ts"

const start: StreamPart = { type: "stream-start", warnings: [] }
const finish: StreamPart = { type: "finish", reason: { unified: "stop" }, usage: { input: {}, output: {} } }
const text = (id: string, ...deltas: ReadonlyArray<string>): ReadonlyArray<StreamPart> => [
  { type: "text-start", id },
  ...deltas.map((delta): StreamPart => ({ type: "text-delta", id, text: delta })),
  { type: "text-end", id },
]
const input = (id: string, name: string, written: string): ReadonlyArray<StreamPart> => [
  { type: "tool-input-start", id, name },
  { type: "tool-input-delta", id, text: written },
  { type: "tool-input-end", id },
]
const call = (id: string, name: string, inputText: string): StreamPart => ({ type: "tool-call", id, name, inputText })

describe("checkGrammar finds nothing wrong with", () => {
  const interleaved: ReadonlyArray<StreamPart> = [
    { type: "text-start", id: "1" },
    { type: "reasoning-start", id: "1" },
    { type: "text-delta", id: "1", text: "a" },
    { type: "reasoning-end", id: "1" },
    { type: "text-end", id: "1" },
  ]
  const good: Readonly<Record<string, ReadonlyArray<StreamPart>>> = {
    "an answer without content": [start, finish],
    text: [start, { type: "response-metadata", id: "r" }, ...text("1", "a", "", "b"), finish],
    "pieces that are open together": [start, ...interleaved, finish],
    "an id used again once it is closed": [start, ...text("1", "a"), ...text("1", "b"), finish],
    "a tool call, written and whole": [start, ...input("c", "t", "{}"), call("c", "t", "{}"), finish],
    "a tool call that nobody saw being written": [start, call("c", "t", "{}"), finish],
    "a restart in the middle of everything": [
      start,
      { type: "text-start", id: "1" },
      { type: "tool-input-start", id: "c", name: "t" },
      { type: "restart", reason: "Network" },
      start,
      ...text("1", "a"),
      ...input("c", "t", "{}"),
      call("c", "t", "{}"),
      finish,
    ],
  }
  it.each(Object.entries(good))("%s", (_, parts) => expect(checkGrammar(parts)).toEqual([]))
})

describe("checkGrammar names what is wrong, and where", () => {
  const [opened, delta, ended] = text("1", "a") as [StreamPart, StreamPart, StreamPart] // one delta was given
  const [inputStart, inputDelta, inputEnd] = input("c", "t", "{}") as [StreamPart, StreamPart, StreamPart] // always three
  const bad: ReadonlyArray<readonly [string, ReadonlyArray<StreamPart>, ReadonlyArray<string>]> = [
    ["nothing at all", [], ["the stream has no parts"]],
    ["no stream-start", [...text("1"), finish], ["part 0 (text-start): comes before stream-start"]],
    ["two stream-starts", [start, start, finish], ["part 1 (stream-start): comes a second time, or not first"]],
    ["no finish", [start, ...text("1", "a")], ["the stream ends without a finish"]],
    ["two finishes", [start, finish, finish], ["part 2 (finish): comes a second time"]],
    ["content after the finish", [start, finish, call("c", "t", "")], ["part 2 (tool-call): comes after finish"]],
    ["a delta of nothing", [start, delta, finish], ['part 1 (text-delta): id "1" is not open']],
    ["an end of nothing", [start, ended, finish], ['part 1 (text-end): id "1" is not open']],
    ["text that stays open", [start, opened, delta, finish], ['part 3 (finish): text "1" is still open']],
    ["an id opened twice", [start, opened, ...text("1"), finish], ['part 2 (text-start): id "1" is open already']],
    [
      "another kind's delta",
      [start, opened, { type: "reasoning-delta", id: "1", text: "a" }, ended, finish],
      ['part 2 (reasoning-delta): id "1" is not open'],
    ],
    [
      "tool input without its call",
      [start, inputStart, inputDelta, inputEnd, finish],
      ['part 4 (finish): tool-input "c" has no whole tool-call'],
    ],
    [
      "a call before the end of its input",
      [start, inputStart, inputDelta, call("c", "t", "{}"), inputEnd, finish],
      ['part 3 (tool-call): comes before the end of tool-input "c"'],
    ],
    ["tool input that stays open", [start, inputStart, finish], ['part 2 (finish): tool-input "c" is still open']],
    [
      "input that differs from the call",
      [start, inputStart, inputDelta, inputEnd, call("c", "u", "{ }"), finish],
      [
        'part 4 (tool-call): is named "u", its tool-input "t"',
        "part 4 (tool-call): its input differs from the one that was streamed",
      ],
    ],
    [
      "the same call twice",
      [start, call("c", "t", ""), call("c", "t", ""), finish],
      ['part 2 (tool-call): id "c" was used before'],
    ],
    [
      "a restart that nothing follows",
      [start, finish, { type: "restart", reason: "x" }],
      ["the stream ends without a finish"],
    ],
  ]
  it.each(bad)("%s", (_, parts, problems) => expect(checkGrammar(parts)).toEqual(problems))
})
