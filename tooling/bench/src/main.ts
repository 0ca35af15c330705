import { LlmError } from "@switchyard/core"

// `npm run bench -- SUITE`: measures ourselves against named peers in the same run. One JSON object a line on stdout,
// words for people on stderr. `ratio` is our cost over the peer's: below 1 we are ahead.
const suites: Readonly<Record<string, () => Promise<{ readonly run: () => Promise<void> }>>> = {
  kernel: () => import("./kernel/suite.ts"),
  images: () => import("./images/suite.ts"),
  resilience: () => import("./resilience/suite.ts"),
  providers: () => import("./providers/suite.ts"),
  validation: () => import("./validation/suite.ts"),
  quality: () => import("./quality/suite.ts"),
  cache: () => import("./cache/suite.ts"),
  rag: () => import("./rag/suite.ts"),
  "rag-quality": () => import("./rag-quality/suite.ts"),
  search: () => import("./search/suite.ts"),
}

const [name] = process.argv.slice(2)
const suite = name === undefined ? undefined : suites[name]
if (suite === undefined) {
  process.stderr.write(`usage: npm run bench -- SUITE   (suites: ${Object.keys(suites).join(", ")})\n`)
  process.exitCode = 2
} else {
  const { run } = await suite()
  // What a suite lacks is said in words; anything else is a bug.
  await run().catch((error: unknown) => {
    if (!(error instanceof LlmError)) throw error
    process.stderr.write(`${name}: ${error.message}\n`)
    process.exitCode = 1
  })
}
