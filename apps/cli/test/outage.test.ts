import { expect, it } from "vitest"
import { scenes } from "../src/outage/scenes.ts"
import { switchyard } from "./program.ts"

it(
  "demo resilience tells an outage in which every call is answered, by whom the scenes say",
  { timeout: 60_000 },
  async () => {
    const { code, stdout, notes } = await switchyard(["demo", "resilience"])
    expect(code).toBe(0)
    expect(notes).toEqual([])
    for (const { title } of scenes) expect(stdout).toContain(title)
    const answered = [...stdout.matchAll(/^ +(\w+)\/\w+ answered after \d+ ms, \$[\d.]+/gm)].map(([, who]) => who)
    expect(answered).toEqual(
      scenes.flatMap(({ calls = 1, answeredBy }) => Array.from({ length: calls }, () => answeredBy)),
    )
    expect(stdout).toContain("breaker of north/large: open")
    expect(stdout).toContain("breaker of north/large: closed, since its probes were answered")
    expect(stdout).toMatch(/extractive\/default answered .*degraded/)
    expect(stdout).toMatch(/11 of 11 calls answered, with \d+ attempts and \$0\.\d+; none cut, none lost\./)
  },
)
