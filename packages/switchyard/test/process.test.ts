import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import { reasonTags } from "@switchyard/core"
import { startUpstream } from "@switchyard/testkit"
import { expect, it } from "vitest"
import { folderWith } from "./folders.ts"

const run = promisify(execFile)

const bounded = { timeout: 10_000 }

it("nothing keeps the process alive after close", bounded, async () => {
  await using upstream = await startUpstream()
  upstream.always({ text: "Hello" })
  const source = `
    import { openai } from "@switchyard/provider-openai"
    import { createSwitchyard, textOf } from "switchyard"
    const switchyard = createSwitchyard({ plugins: [openai({ baseURL: "${upstream.baseURL}", apiKey: "sk" })] })
    const request = { model: "openai/m", prompt: "Hi", policy: { deadline: 60_000 } }
    console.log(textOf((await switchyard.generate(request)).content))
    for await (const text of switchyard.stream(request).text()) console.log(text)
    for await (const _ of switchyard.stream(request)) break
    await switchyard.close()
    console.log(process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).join() || "nothing left")`
  await using folder = await folderWith({ "main.ts": source })
  const args = ["--conditions=@switchyard/source", folder.at("main.ts")]
  const { stdout } = await run(process.execPath, args, { timeout: 8000 })
  expect(stdout).toBe("Hello\nHello\nnothing left\n")
})

it("the README names every class of error, and its example runs as printed", bounded, async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8")
  for (const tag of reasonTags) expect(readme).toContain(`\`${tag}Error\``)
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ""
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(12)
  await using folder = await folderWith({ "main.ts": example })
  const args = ["--conditions=@switchyard/source", folder.at("main.ts")]
  const { stdout } = await run(process.execPath, args, { timeout: 8000 })
  expect(stdout).toContain("The harbour was built in 1874. [1]")
  expect(stdout).toContain("extractive/default")
})
