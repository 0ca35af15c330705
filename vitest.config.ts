import { defineConfig } from "vitest/config"

const project = (name: string, include: string) => ({ extends: true as const, test: { name, include: [include] } })

export default defineConfig({
  ssr: { resolve: { conditions: ["@switchyard/source"] } },
  test: {
    // One module graph per worker: effect is imported once. Tests therefore never change globals.
    isolate: false,
    testTimeout: 20_000,
    projects: [
      project("packages", "packages/*/test/**/*.test.ts"),
      project("plugins", "plugins/*/test/**/*.test.ts"),
      project("apps", "apps/*/test/**/*.test.ts"),
      project("tooling", "tooling/*/test/**/*.test.ts"),
      project("examples", "examples/test/**/*.test.ts"),
    ],
  },
})
