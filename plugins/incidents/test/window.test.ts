import { assert, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { RollingWindow } from "../src/internal/RollingWindow.ts"

const Event = Schema.Struct({
  after: Schema.Int.check(Schema.isBetween({ minimum: -500, maximum: 3000 })),
  ok: Schema.Boolean,
})
const events = Arbitrary.array(Arbitrary.schema(Event), { maxLength: 80 })

it.prop(
  "it holds all of the last 11/12 of its time, and nothing that is older than its time",
  [events],
  ([list]) => {
    const ms = 12_000
    const window = new RollingWindow(ms)
    const seen: Array<{ readonly at: number; readonly ok: boolean }> = []
    let [now, latest] = [1_000_000, 1_000_000]
    for (const { after, ok } of list) {
      now += after
      latest = Math.max(latest, now)
      window.add(ok, now)
      seen.push({ at: latest, ok })
      const { volume, failed, rate } = window.tally(now)
      const within = (age: number) => seen.filter(({ at }) => latest - at < age)
      assert.isAtLeast(volume, within((ms / 12) * 11).length)
      // A clock that was set back counts into the newest slot.
      assert.isAtMost(volume, within(ms + ms / 12).length)
      assert.isAtMost(failed, seen.filter((event) => !event.ok).length)
      assert.strictEqual(rate, volume === 0 ? 0 : failed / volume)
    }
  },
  { arbitrary: { seed: "window" } },
)
