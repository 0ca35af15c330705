import { measureCalls, measureStream, streams } from "../field.ts"
import { say } from "../report.ts"
import { startUpstream } from "../upstream/start.ts"
import { coldImport } from "./coldImport.ts"
import { makeField } from "./contestants.ts"
import { kernelAlone } from "./kernelAlone.ts"

const suite = "kernel"

/** The full default path against the bare official client, the AI SDK and LangChain, over real HTTP on loopback. */
export const run = async (): Promise<void> => {
  const upstream = await startUpstream()
  const field = await makeField(`${upstream.origin}/v1`)
  try {
    say("kernel: 20,000 calls per concurrency, medians of 5 rounds in turns")
    for (const concurrency of [1, 64]) await measureCalls(suite, "", field, concurrency)
    say("kernel: whole streams, one after the other, medians of 5 rounds in turns")
    for (const stream of streams) await measureStream(suite, "", field, stream)
    await kernelAlone(suite)
    await coldImport(suite)
  } finally {
    await field.close()
    upstream.stop()
  }
}
