import { assert, describe, it } from "@effect/vitest"
import { type CallContext, type Demand, type LlmError, type LlmResponse, type StreamPart } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Flights, type Joined } from "../src/index.ts"

const call = (id: string): CallContext => ({
  id,
  operation: "stream",
  contract: "fail",
  tenant: undefined,
  tags: {},
  elapsedMs: () => 0,
  remainingMs: () => 60_000,
  routes: {},
  providers: { all: [], get: () => undefined },
  catalog: { describe: () => undefined },
  decide: () => undefined,
  warn: () => undefined,
  depth: 0,
  ask: () => Effect.die("nobody is asked here"),
})
const about = { key: "k", tenant: undefined, asked: "p/m", tags: {} }
const usage = { input: {}, output: {} }
const delta = (text: string): StreamPart => ({ type: "text-delta", id: "0", text })
const finish: StreamPart = { type: "finish", reason: { unified: "stop" }, usage }
const response: LlmResponse = {
  content: [{ type: "text", text: "whole" }],
  finish: { unified: "stop" },
  usage,
  warnings: [],
  model: "m",
  provider: "p",
  route: { strategy: "none", reasons: [], candidates: [], attempts: [], decisions: [] },
}

const texts = (parts: Iterable<StreamPart>) =>
  [...parts].map((part) => (part.type === "text-delta" ? part.text : "")).join("")
const partsOf = ({ flight, follower }: Joined, mayRestart = false) =>
  flight.parts(follower, { mayRestart, idleMs: 1000 })
const readAll = (joined: Joined | undefined, mayRestart?: boolean): Effect.Effect<string, LlmError> =>
  joined === undefined
    ? Effect.die("it did not join")
    : Effect.map(Stream.runCollect(partsOf(joined, mayRestart)), texts)

/** Flights with one that "leader" leads. */
const flown = (maxBytes = 100_000) => {
  const flights = new Flights(maxBytes)
  const leader = call("leader")
  flights.lead("k", about, leader, 0)
  const demands: Array<Demand> = []
  const push = (...parts: ReadonlyArray<StreamPart>) => flights.push("k", parts, leader)
  return { flights, leader, demands, push, share: () => flights.share("k", leader, (demand) => demands.push(demand)) }
}

describe("a flight", () => {
  it.effect("is followed from its beginning, by who joins early and late", () =>
    Effect.gen(function* () {
      const { flights, leader, push } = flown()
      const early = flights.join("k", call("a"))
      push(delta("one "))
      const late = flights.join("k", call("b"))
      push(delta("two"), finish)
      flights.over("k", leader)
      assert.isUndefined(flights.join("k", call("c")))
      assert.deepStrictEqual([yield* readAll(early), yield* readAll(late)], ["one two", "one two"])
    }),
  )

  it.effect("gives a whole answer where no parts came", () =>
    Effect.gen(function* () {
      const { flights, leader } = flown()
      const joined = flights.join("k", call("a"))
      flights.stored("k", response, leader)
      flights.over("k", leader)
      assert.strictEqual(yield* readAll(joined), "whole")
      assert.strictEqual(joined?.flight.provider, "p")
    }),
  )

  it.effect("fails for all who have no whole answer when its leader is over", () =>
    Effect.gen(function* () {
      const { flights, leader, push } = flown()
      const joined = flights.join("k", call("a"))
      push(delta("half"))
      flights.over("k", leader)
      assert.strictEqual((yield* Effect.flip(readAll(joined))).reason._tag, "EmptyResponse")
    }),
  )

  it.effect("hands nothing on that is less than was asked for", () =>
    Effect.gen(function* () {
      const { flights, push } = flown()
      const joined = flights.join("k", call("a"))
      push(delta("an old answer"), { ...finish, degraded: "old" })
      assert.strictEqual((yield* Effect.flip(readAll(joined))).reason._tag, "EmptyResponse")
    }),
  )

  it.effect("that begins again is followed by those who may, and from there by those who come later", () =>
    Effect.gen(function* () {
      const { flights, push } = flown()
      const [strict, willing] = [flights.join("k", call("a")), flights.join("k", call("b"))]
      push(delta("void "))
      push({ type: "restart", reason: "Network" })
      const late = flights.join("k", call("c"))
      push(delta("good"), finish)
      assert.strictEqual((yield* Effect.flip(readAll(strict))).reason._tag, "EmptyResponse")
      assert.strictEqual(yield* readAll(willing, true), "void good")
      assert.strictEqual(yield* readAll(late), "good")
    }),
  )

  it("tells what those who follow want", () => {
    const { flights, demands, push, share } = flown(500)
    assert.strictEqual(share(), 500)
    const [a, b] = [call("a"), call("b")]
    const first = flights.join("k", a)
    flights.join("k", b)
    assert(first)
    // 600 bytes and more: nobody has read them yet.
    push(delta("x".repeat(300)))
    assert.deepStrictEqual(demands, ["none", "more", "enough"])
    Effect.runSync(Stream.runDrain(Stream.take(partsOf(first), 1)))
    assert.deepStrictEqual(demands.slice(3), ["more"])
    flights.over("k", a)
    assert.deepStrictEqual(demands.slice(4), ["enough"])
    flights.over("k", b)
    flights.over("k", b)
    assert.deepStrictEqual(demands.slice(5), ["none"])
  })

  it("that follows another, or that is none, is not shared", () => {
    const { flights } = flown()
    const follower = call("a")
    flights.join("k", follower)
    const told = () => assert.fail("nobody follows it")
    assert.deepStrictEqual(
      [flights.share("k", follower, told), flights.share("other", follower, told)],
      [undefined, undefined],
    )
  })
})

describe("an answer too long to be held", () => {
  it.effect("is joined no more, and who keeps up loses nothing", () =>
    Effect.gen(function* () {
      const { flights, push } = flown(1000)
      const joined = flights.join("k", call("a"))
      const reading = yield* Effect.forkChild(readAll(joined), { startImmediately: true })
      const pieces = Array.from({ length: 50 }, (_, nth) => `${nth}${"x".repeat(200)} `)
      for (const piece of pieces) {
        push(delta(piece))
        yield* Effect.yieldNow
      }
      push(finish)
      assert.isFalse(flights.has("k"))
      assert.strictEqual(yield* Fiber.join(reading), pieces.join(""))
    }),
  )

  it.effect("leaves those behind who are further back than that", () =>
    Effect.gen(function* () {
      const { flights, push, demands, share } = flown(1000)
      share()
      const [slow, other] = [flights.join("k", call("a")), flights.join("k", call("b"))]
      for (let nth = 0; nth < 10; nth++) push(delta("x".repeat(200)))
      const error = yield* Effect.flip(readAll(slow))
      assert.include(error.reason.message, "more than 1000 bytes behind")
      assert.isTrue(Exit.isFailure(yield* Effect.exit(readAll(other))))
      assert.strictEqual(demands.at(-1), "none")
    }),
  )

  it.effect("however long its newest piece is", () =>
    Effect.gen(function* () {
      const { flights, push } = flown(10)
      const joined = flights.join("k", call("a"))
      push(delta("x".repeat(5000)), finish)
      assert.strictEqual((yield* readAll(joined)).length, 5000)
    }),
  )
})

describe("calls", () => {
  it("follow neither themselves nor a fourth leader", () => {
    const { flights, leader } = flown()
    assert.isUndefined(flights.join("k", leader))
    const unlucky = call("a")
    for (let nth = 0; nth < 3; nth++) assert.isDefined(flights.join("k", unlucky))
    assert.isUndefined(flights.join("k", unlucky))
    assert.isFalse(flights.mayJoin(unlucky))
  })

  it.effect("may lead under two keys, and let go of one of them", () =>
    Effect.gen(function* () {
      const { flights, leader, push } = flown()
      flights.lead("other", { ...about, key: "other" }, leader, 0)
      const joined = flights.join("k", call("a"))
      flights.over("other", leader)
      assert.deepStrictEqual([flights.has("other"), flights.has("k")], [false, true])
      push(delta("mine"), finish)
      assert.strictEqual(yield* readAll(joined), "mine")
      flights.over("k", leader)
      assert.isFalse(flights.has("k"))
    }),
  )

  it("that lead already go on when they look up again", () => {
    const { flights, leader } = flown()
    const flight = flights.ledBy("k", leader)
    flights.lead("k", about, leader, 1)
    assert.strictEqual(flights.ledBy("k", leader), flight)
  })

  it.effect("are joined no more when their like was dropped, and still give their answer to who follows", () =>
    Effect.gen(function* () {
      const { flights, push } = flown()
      const joined = flights.join("k", call("a"))
      flights.forget(({ asked }) => asked === "p/other")
      assert.isTrue(flights.has("k"))
      flights.forget(({ asked }) => asked === "p/m")
      assert.isUndefined(flights.join("k", call("b")))
      push(delta("late"), finish)
      assert.strictEqual(yield* readAll(joined), "late")
    }),
  )
})

const Step = Schema.Literals(["join", "push", "read", "leave"])

it.effect.prop(
  "whoever follows has, at any time, a beginning of the answer, and nothing is held that nobody needs",
  [Schema.Array(Schema.Struct({ step: Step, who: Schema.Literals([0, 1, 2, 3]) }))],
  ([steps]) =>
    Effect.sync(() => {
      const { flights, demands, push, share } = flown(400)
      share()
      let said = ""
      const seats = [0, 1, 2, 3].map((): { joined?: Joined; at: CallContext; heard: string } => ({
        at: call("none"),
        heard: "",
      }))
      let calls = 0
      for (const { step, who } of steps) {
        const seat = seats[who] ?? assert.fail()
        if (step === "push") {
          const text = `${said.length},`
          said += text
          push(delta(text))
        }
        if (step === "join" && seat.joined === undefined) {
          seat.at = call(`c${++calls}`)
          seat.heard = ""
          const joined = flights.join("k", seat.at)
          if (joined !== undefined) seat.joined = joined
        }
        if (step === "leave" && seat.joined !== undefined) {
          flights.over("k", seat.at)
          delete seat.joined
        }
        if (step === "read" && seat.joined !== undefined) {
          const { follower, flight } = seat.joined
          const one = Stream.runCollect(Stream.take(flight.parts(follower, { mayRestart: false, idleMs: 1 }), 1))
          if (seat.heard.length < said.length && !follower.isLost) seat.heard += texts(Effect.runSync(one))
        }
        assert.isTrue(seats.every(({ heard }) => said.startsWith(heard)))
        const there = seats.filter(({ joined }) => joined !== undefined && !joined.follower.isLost).length
        assert.strictEqual(demands.at(-1) === "none", there === 0)
      }
    }),
  { arbitrary: { seed: "flights" } },
)
