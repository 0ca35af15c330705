import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import type { FilePart } from "@switchyard/core"

const require = createRequire(import.meta.url)

const document = (name: string, path: string): FilePart => ({
  type: "file",
  mediaType: "text/markdown",
  filename: name,
  source: { type: "text", text: readFileSync(path, "utf8") },
})

const inPackage = (name: string, file: string): string => {
  const entry = require.resolve(`${name}/package.json`)
  return join(dirname(entry), file)
}

/** Markdown that others wrote, as it is installed beside this package. */
export const corpus: ReadonlyArray<FilePart> = [
  document("effect/AGENTS.md", inPackage("effect", "AGENTS.md")),
  document("effect/README.md", inPackage("effect", "README.md")),
  document("tsup/README.md", inPackage("tsup", "README.md")),
  document("typescript/README.md", inPackage("typescript", "README.md")),
]

/** A question over the whole corpus, and words of which a right answer holds at least one. */
export interface Judged {
  readonly question: string
  readonly anyOf: ReadonlyArray<string>
}

export const answerable: ReadonlyArray<Judged> = [
  { question: "What is Effect?", anyOf: ["library for building robust", "documentation covers the Effect library"] },
  { question: "How do I install Effect?", anyOf: ["npm install effect"] },
  { question: "Which version of Node.js does Effect require?", anyOf: ["22.19"] },
  { question: "Which TypeScript version do I need for Effect?", anyOf: ["5.9"] },
  { question: "How long is the long-term support of Effect 4?", anyOf: ["three years"] },
  { question: "What is a Layer?", anyOf: ["managing dependencies"] },
  { question: "What are fibers?", anyOf: ["virtual threads"] },
  { question: "What does the Schedule module do?", anyOf: ["retry and repeat"] },
  { question: "Which email address can I use to contact the maintainers?", anyOf: ["contact@effectful.co"] },
  { question: "Who offers training and consulting for Effect?", anyOf: ["adoption partners"] },
  { question: "When should I use Effect.fnUntraced?", anyOf: ["when tracing is not needed", "when it is not"] },
  {
    question: "What is the difference between Effect.fn and Effect.fnUntraced?",
    anyOf: ["tracing span", "fnUntraced"],
  },
  { question: "How do I define a service?", anyOf: ["Context.Service"] },
  { question: "What should I use to parse untrusted data?", anyOf: ["`Schema`"] },
  { question: "Should I use Date.now for dates?", anyOf: ["DateTime"] },
  { question: "How can I handle several tagged errors at once?", anyOf: ["catchTag"] },
  { question: "How do I define a custom error?", anyOf: ["Schema.TaggedError"] },
  { question: "What is ManagedRuntime for?", anyOf: ["bridges Effect programs"] },
  { question: "How do I test code that uses a GraphQL client?", anyOf: ["layerTest"] },
  { question: "How can I export telemetry?", anyOf: ["Otlp"] },
  { question: "How do I manage a resource that must be closed?", anyOf: ["acquireRelease"] },
  { question: "How do I read a Node.js readable stream?", anyOf: ["fromReadable"] },
  { question: "How do I build an event bus?", anyOf: ["PubSub"] },
  { question: "How do I spawn child processes?", anyOf: ["ChildProcess"] },
  { question: "What powers tsup?", anyOf: ["esbuild"] },
  { question: "Is tsup still maintained?", anyOf: ["not actively maintained"] },
  { question: "What should I use instead of tsup?", anyOf: ["tsdown"] },
  { question: "Where does tsup write its output files?", anyOf: ["./dist"] },
  { question: "Who is the license holder of tsup?", anyOf: ["EGOIST"] },
  { question: "Does tsup support CSS?", anyOf: ["experimental"] },
  { question: "What is TypeScript?", anyOf: ["application-scale JavaScript"] },
  { question: "What does TypeScript compile to?", anyOf: ["standards-based JavaScript"] },
  { question: "How do I install the nightly build of TypeScript?", anyOf: ["typescript@next"] },
  { question: "Where can I report TypeScript bugs?", anyOf: ["Submit bugs", "issues"] },
  { question: "Which code of conduct has TypeScript adopted?", anyOf: ["Microsoft Open Source Code of Conduct"] },
  { question: "Where can I try TypeScript online?", anyOf: ["playground"] },
  { question: "How do I define stateful entities across several machines?", anyOf: ["cluster modules"] },
  { question: "Why should I avoid writing my own isString?", anyOf: ["Predicate"] },
]

/** Nothing in the corpus answers these. */
export const unanswerable: ReadonlyArray<string> = [
  "What is the capital of Mongolia?",
  "How many moons does Jupiter have?",
  "Who won the football world cup in 1998?",
  "What temperature does bread bake at?",
  "When was the Eiffel tower built?",
  "How do penguins keep warm?",
  "What is the melting point of tungsten?",
  "Which river flows through Vienna?",
]
