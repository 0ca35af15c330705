import { assert } from "@effect/vitest"
import {
  fold,
  foldCall,
  type LlmError,
  type LlmRequest,
  type ProviderResponse,
  type StreamPart,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Reply } from "../Reply.ts"
import type { Upstream } from "../Upstream.ts"
import { checkGrammar } from "./checkGrammar.ts"
import { withoutTrace } from "./judge.ts"
import { check, type WireScene } from "./Scene.ts"
import { startSlicer } from "./Slicer.ts"
import { hello, type ProviderConformance, type ProviderCapabilities } from "./Suite.ts"
import { group } from "./group.ts"
import { wireOf } from "./wires/index.ts"

interface Kind {
  readonly title: string
  readonly reply: Reply
  readonly needs?: "reasoning" | "tools" | "citations" | "imageOutput"
  /** Not on wires whose tool input can only be an object. */
  readonly anyInput?: true
}

const call = (id: string, text: string) => ({ id, name: "weather", arguments: text })
const usage = { input: 100, cachedInput: 60, output: 50, reasoning: 20 }

const kinds: ReadonlyArray<Kind> = [
  { title: "text", reply: { text: "One two three.", usage } },
  { title: "an empty text", reply: { text: "" } },
  { title: "text in one piece", reply: { text: "One two three.", chunks: 1 } },
  {
    title: "text, character by character",
    reply: { text: "One \u{1f600}\u{1f468}\u200d\u{1f469} \u00e9.", chunks: 99 },
  },
  { title: "text cut inside surrogate pairs", reply: { chunks: ["a\ud83d", "\ude00b\ud83d", "\ude01", "c"] } },
  { title: "text with empty deltas", reply: { chunks: ["", "One", "", " two", ""] } },
  { title: "text of blanks only", reply: { chunks: [" ", "\n", " "] } },
  { title: "a refusal", reply: { refusal: "I cannot help with that." } },
  { title: "text, then a refusal", reply: { text: "Well.", refusal: "No." } },
  { title: "a cut-off text", reply: { text: "One two", finish: "length" } },
  { title: "no usage", reply: { text: "One", usage: null } },
  { title: "reasoning and text", reply: { reasoning: "Let me think.", text: "Done." }, needs: "reasoning" },
  { title: "reasoning alone", reply: { reasoning: "Let me think." }, needs: "reasoning" },
  { title: "hidden reasoning", reply: { reasoning: "", text: "Done." }, needs: "reasoning" },
  { title: "a tool call", reply: { toolCalls: [call("c1", '{"city":"Lima"}')] }, needs: "tools" },
  {
    title: "text and two tool calls, one of invalid JSON",
    reply: { text: "I look.", toolCalls: [call("c1", '{"a":1}'), call("c2", '{"b":')] },
    needs: "tools",
    anyInput: true,
  },
  {
    title: "text and two tool calls",
    reply: { text: "I look.", toolCalls: [call("c1", '{"a":1}'), call("c2", '{"b":[true,null]}')] },
    needs: "tools",
  },
  { title: "a tool call without input", reply: { toolCalls: [call("c1", "")] }, needs: "tools" },
  {
    title: "citations",
    reply: { text: "One two.", citations: [1, 2].map((n) => ({ url: `https://example.com/${n}`, title: `T${n}` })) },
    needs: "citations",
  },
  { title: "an image", reply: { text: "Here:", images: ["iVBORw0KGgo="] }, needs: "imageOutput" },
  {
    title: "reasoning, text and a tool call",
    reply: { reasoning: "Think.", text: "I look.", toolCalls: [call("c1", "{}")], usage },
    needs: "reasoning",
  },
]

const possible = ({ needs, anyInput }: Kind, capabilities: ProviderCapabilities): boolean => {
  const { upstream } = capabilities
  const writable = anyInput !== true || upstream === false || wireOf(upstream).toolInput === "text"
  return writable && (needs === undefined || capabilities[needs])
}

/** The grammar of a stream, and the law: folding it gives what generate gives. */
export const streaming = (suite: ProviderConformance): void =>
  group("streams", () => {
    for (const kind of kinds.filter((kind) => possible(kind, suite.capabilities))) {
      check(suite, `${kind.title}: well formed, and folds to what generate gives`, (scene) =>
        law(suite, scene, kind.reply),
      )
    }

    const byteWise = kinds.filter(({ title }) => /character|reasoning, text/.test(title))
    for (const kind of byteWise.filter((kind) => possible(kind, suite.capabilities))) {
      check(suite, `${kind.title}, three bytes at a time: the same`, (scene) => law(suite, scene, kind.reply), {
        between: sliced,
      })
    }

    if (suite.capabilities.stream) inTime(suite)
  })

const sliced = (upstream: Upstream): Effect.Effect<string, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => startSlicer(upstream.baseURL, 3)),
      (slicer) => Effect.promise(() => slicer.close()),
    ),
    ({ baseURL }) => baseURL,
  )

const law = Effect.fnUntraced(function* (suite: ProviderConformance, scene: WireScene, reply: Reply) {
  yield* providerLaw(suite, scene, { id: "answer-1", ...reply })
  yield* kernelLaw(scene, { id: "answer-1", ...reply })
})

/** The provider itself, where it implements both ways. */
const providerLaw = Effect.fnUntraced(function* (suite: ProviderConformance, scene: WireScene, reply: Reply) {
  const { generate, stream } = scene.provider
  if (generate === undefined || stream === undefined) return
  const request: LlmRequest = {
    model: suite.model,
    messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
  }
  scene.restart(reply)
  const whole: ProviderResponse = yield* generate(request)
  scene.sending(1)
  scene.restart(reply)
  const parts = yield* Stream.runCollect(stream(request))
  scene.sending(1)
  assert.deepStrictEqual(checkGrammar(parts), [], "the stream's grammar")
  assert.deepStrictEqual(fold(parts, suite.model), whole, "fold(stream) against generate")
})

/** The same through the kernel. */
const kernelLaw = Effect.fnUntraced(function* (scene: WireScene, reply: Reply) {
  scene.restart(reply)
  const whole = yield* scene.ask("generate", hello)
  scene.restart(reply)
  const folded = yield* scene.ask("stream", hello)
  assert.deepStrictEqual(withoutTrace(folded), withoutTrace(whole), "the kernel's stream against its generate")
})

const inTime = (suite: ProviderConformance): void => {
  check(suite, "parts flow as they come, not at the end", (scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ chunks: ["One", " two", " three"], fault: { chunkDelayMs: 60 } })
      const seen: Array<StreamPart> = []
      const times: Array<number> = []
      yield* Stream.runForEach(scene.parts(hello), (part) =>
        Effect.sync(() => {
          seen.push(part)
          if (part.type === "text-delta") times.push(performance.now())
        }),
      )
      assert.strictEqual(times.length, 3, "one delta per piece")
      // Two waits of 60 ms lie between the first and the last; timers may be early by a millisecond each.
      assert.isAbove((times[2] ?? 0) - (times[0] ?? 0), 100, "the first piece came well before the last")
      assert.deepStrictEqual(checkGrammar(seen), [])
    }),
  )

  check(suite, "a stream with many small pieces is complete", (scene) =>
    Effect.gen(function* () {
      const text = Array.from({ length: 2000 }, (_, index) => `w${index} `).join("")
      scene.upstream.always({ text })
      const parts = yield* Stream.runCollect(scene.parts(hello))
      assert.deepStrictEqual(checkGrammar(parts), [])
      const [part] = foldCall(parts).content
      assert.strictEqual(part?.type === "text" ? part.text : "", text)
    }),
  )

  check(suite, "running the same stream twice is two calls", (scene) =>
    Effect.gen(function* () {
      const stream: Stream.Stream<StreamPart, LlmError> = scene.parts(hello)
      yield* Stream.runDrain(stream)
      yield* Stream.runDrain(stream)
    }),
  )
}
