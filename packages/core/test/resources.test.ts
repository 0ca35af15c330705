import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { compose, definePlugin, Kernel, type Providers } from "../src/index.ts"
import { generate, saying } from "./stubs.ts"

describe("resources and requirements", () => {
  class Pool extends Context.Service<Pool, { readonly name: string }>()("test/Pool") {}
  const log: Array<string> = []
  const scoped = (id: string, needsPool: boolean) =>
    definePlugin({
      manifest: { name: `scoped-${id}`, kind: "provider", contract: 1, permissions: [] },
      options: Schema.Struct({}),
      layer: (_, key) =>
        Layer.effect(
          key,
          Effect.gen(function* () {
            if (needsPool) log.push(`${id} uses ${(yield* Pool).name}`)
            return yield* Effect.acquireRelease(
              Effect.sync(() => (log.push(`open ${id}`), saying(id, id))),
              () => Effect.sync(() => log.push(`close ${id}`)),
            )
          }),
        ),
    })()

  it.effect("they open once, close once and in reverse, after the kernel is gone", () =>
    Effect.gen(function* () {
      log.length = 0
      const pool = Layer.effect(
        Pool,
        Effect.acquireRelease(
          Effect.sync(() => (log.push("open pool"), { name: "pool" })),
          () => Effect.sync(() => log.push("close pool")),
        ),
      )
      const stack = Layer.provide(compose([scoped("a", true), scoped("b", true)]), pool)
      yield* Effect.provide(
        Kernel.use((kernel) => kernel.generate({ model: "a/m", prompt: "x" })),
        stack,
      )
      assert.deepStrictEqual(
        log.filter((line) => line.startsWith("open")),
        ["open pool", "open a", "open b"],
      )
      assert.deepStrictEqual(
        log.filter((line) => line.startsWith("close")),
        ["close b", "close a", "close pool"],
      )
    }),
  )

  it("a plugin's own requirement stays visible", () => {
    const stack = compose([scoped("a", true)])
    const needs: Layer.Layer<Kernel | Providers, unknown, Pool> = stack
    const complete = (layer: Layer.Layer<Kernel | Providers, unknown>) => layer
    // @ts-expect-error Pool is still required
    // @effect-diagnostics-next-line missingLayerContext:off
    assert.isDefined([needs, complete(stack)])
  })

  it.effect("two instances of one plugin with different ids work side by side", () =>
    Effect.gen(function* () {
      const twice = definePlugin({
        manifest: { name: "twice", kind: "provider", contract: 1, permissions: [] },
        options: Schema.Struct({ id: Schema.String }),
        layer: ({ id }, key) => Layer.succeed(key, saying(`I am ${id}`, id)),
      })
      const plugins = [twice({ id: "a" }), twice({ id: "b" })]
      for (const id of ["a", "b"]) {
        const { content } = yield* generate(plugins, { model: `${id}/m`, prompt: "x" })
        assert.deepStrictEqual(content, [{ type: "text", text: `I am ${id}` }])
      }
    }),
  )
})
