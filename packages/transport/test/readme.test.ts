import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFile, rm, writeFile } from "node:fs/promises"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { expect, it, onTestFinished } from "vitest"
import { bodyOf, serve } from "./servers.ts"

it("the example of the README runs as it stands", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8")
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ""
  const program = fileURLToPath(new URL(`readme-example-${process.pid}.ts`, import.meta.url))
  await writeFile(program, example)
  onTestFinished(() => rm(program))
  const base = await serve(async (request, response) => {
    expect(JSON.parse((await bodyOf(request)).toString())).toMatchObject({ stream: true })
    response.writeHead(200, { "content-type": "text/event-stream" }).end('data: {"n":1}\n\ndata: [DONE]\n\n')
  })
  const { PATH = "" } = process.env
  const child = spawn(process.execPath, ["--conditions=@switchyard/source", program], {
    env: { PATH, OPENAI_BASE_URL: base, OPENAI_API_KEY: "test-key" },
    stdio: ["ignore", "pipe", "inherit"],
  })
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, "exit")])
  expect([code, printed]).toEqual([0, '{"n":1}\n[DONE]\n'])
})
