// A server in a process of its own, so that what it keeps is not taken for what the client keeps.
import { type RecordedRequest, type Reply, startUpstream } from "@switchyard/testkit"
import { faultOf } from "./faults.ts"
import { random } from "./random.ts"
import { promptOf, textFor } from "./text.ts"

const [seed = "1", faultRate = "0.3"] = process.argv.slice(2)
const next = random(Number(seed))
const upstream = await startUpstream()
const faults: Record<string, number> = {}
let requests = 0
let open = 0

const answer = (request: RecordedRequest): Reply => {
  requests++
  open++
  void request.closed.then(() => open--)
  const text = textFor(promptOf(request.rawBody))
  if (next() >= Number(faultRate)) return { text }
  const { name, fault } = faultOf(next(), next())
  faults[name] = (faults[name] ?? 0) + 1
  return { text, fault }
}

upstream.always(answer)
// The recorder is not to grow with the run.
setInterval(() => {
  upstream.reset()
  upstream.always(answer)
}, 1000).unref()

process.on("message", () => process.send?.({ requests, open, faults }))
process.on("disconnect", () => void upstream.close().then(() => process.exit(0)))
process.send?.({ baseURL: upstream.baseURL })
