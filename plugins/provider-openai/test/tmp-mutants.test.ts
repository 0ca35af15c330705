import { providerConformance } from "@switchyard/testkit/conformance"
import { definePlugin, type Provider, type StreamPart, LlmError, fold } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Context from "effect/Context"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { openai } from "../src/index.ts"
type P = Required<Pick<Provider, "generate" | "stream" | "embed">> & Provider
const mutants: Record<string, (p: P) => Partial<Provider>> = {
  none: () => ({}),
  "drops warnings": (p) => ({ generate: (r) => Effect.map(p.generate(r), (a) => ({ ...a, warnings: [] })) }),
  "retries once": (p) => ({ generate: (r) => Effect.retry(p.generate(r), { times: 1 }) }),
  "stream retries": (p) => ({ stream: (r) => Stream.catch(p.stream(r), () => p.stream(r)) }),
  "no text-end": (p) => ({ stream: (r) => Stream.filter(p.stream(r), (x) => x.type !== "text-end") }),
  "no tool-input-end": (p) => ({ stream: (r) => Stream.filter(p.stream(r), (x) => x.type !== "tool-input-end") }),
  "finish always": (p) => ({ stream: (r) => Stream.concat(Stream.filter(Stream.catch(p.stream(r), () => Stream.empty), (x) => x.type !== "finish"), Stream.make({ type: "finish", reason: { unified: "stop" }, usage: { input: {}, output: {} } } as StreamPart)) }),
  "zero usage": (p) => ({ generate: (r) => Effect.map(p.generate(r), (a) => ({ ...a, usage: { input: { total: 0, ...a.usage.input }, output: a.usage.output } })) }),
  "uninterruptible": (p) => ({ generate: (r) => Effect.uninterruptible(Effect.timeoutOrElse(p.generate(r), { duration: 400, orElse: () => Effect.fail(LlmError.make({ _tag: "Network", message: "x" })) })) }),
  "buffers the stream": (p) => ({ stream: (r) => Stream.unwrap(Effect.map(Stream.runCollect(p.stream(r)), (a) => Stream.fromIterable(a))) }),
  "leaks into a log": (p) => ({ generate: (r) => Effect.tapError(p.generate(r), () => Effect.logWarning("key sk-conformance-5ecretK3y-0123456789abcdef")) }),
  "leaks in a cause": (p) => ({ generate: (r) => Effect.mapError(p.generate(r), (e) => Object.assign(LlmError.make(e.reason, e.context), { cause: new Error("key sk-conformance-5ecretK3y-0123456789abcdef") })) }),
  "dies": (p) => ({ generate: (r) => Effect.orDie(p.generate(r)) }),
  "one reason": (p) => ({ generate: (r) => Effect.mapError(p.generate(r), (e) => LlmError.make({ _tag: "ProviderInternal", message: e.reason.message }, e.context)) }),
  "no retryAfter": (p) => ({ stream: (r) => Stream.mapError(p.stream(r), (e) => { const { retryAfterMs: _, ...reason } = e.reason as any; return LlmError.make(reason, e.context) }) }),
  "reparses tool input": (p) => ({ generate: (r) => Effect.map(p.generate(r), (a) => ({ ...a, content: a.content.map((c) => { try { return c.type === "tool-call" ? { ...c, inputText: JSON.stringify(JSON.parse(c.inputText)) } : c } catch { return c } }) })) }),
  "sends tags": (p) => ({ generate: (r) => p.generate({ ...r, headers: { ...r.headers, ...r.tags } }) }),
  "reverses vectors": (p) => ({ embed: (r) => Effect.map(p.embed(r), (a) => ({ ...a, vectors: [...a.vectors].reverse() })) }),
  "shares state": (p) => { let last = "x"; return { generate: (r) => Effect.map(p.generate(r), (a) => { const out = { ...a, id: last }; last = a.id ?? ""; return out }) } },
  "trims deltas": (p) => ({ stream: (r) => Stream.map(p.stream(r), (x) => x.type === "text-delta" ? { ...x, text: x.text.trim() } : x) }),
  "prefixed models": (p) => ({ models: [`${p.id}/x`] }),
  "drops system": (p) => ({ generate: (r) => p.generate({ ...r, messages: r.messages.filter((m) => m.role !== "system") }) }),
  "leaves sockets": (p) => ({ stream: (r) => Stream.unwrap(Effect.gen(function* () { const s = yield* Effect.forkDetach(Stream.runCollect(p.stream(r))); return Stream.fromIterable(yield* Effect.flatMap(Effect.exit(Effect.timeout(Effect.succeed(0), 1)), () => (s as any).await ? Effect.flatten((s as any).await) as any : Effect.succeed([]))) as any })) as any }),
}
for (const [name, mutate] of Object.entries(mutants)) {
  providerConformance({
    name: `mutant ${name}`,
    provider: ({ baseURL, apiKey }) => {
      const inner = openai({ apiKey, baseURL, api: "chat" })
      return definePlugin({ manifest: inner.manifest, options: Schema.Struct({}), layer: (_, key) => Layer.effect(key, Effect.map(Layer.build(inner.layer), (c) => {
        const p: any = Context.get(c, inner.key as any)
        return { ...p, ...mutate(p) }
      })) as any })() as any
    },
    model: "gpt-4o-mini", embeddingModel: "text-embedding-3-small",
    capabilities: { generate: true, stream: true, tools: true, structuredOutput: true, files: { image: true, pdf: true, audio: true, text: true }, reasoning: true, citations: true, imageOutput: true, embeddings: true, usage: true, upstream: "openai" },
  })
}
