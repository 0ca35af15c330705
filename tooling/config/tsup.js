import { defineConfig } from "tsup"

// One output file per source file: a bundler that uses one export of a package drops the rest.
const perModule = {
  name: "per-module",
  setup: (build) =>
    build.onResolve({ filter: /^\.{1,2}\// }, (args) =>
      args.kind === "entry-point" ? undefined : { path: args.path.replace(/\.tsx?$/, ".js"), external: true },
    ),
}

/** JavaScript only: `tsc -p tsconfig.build.json` writes the declarations. */
export const library = (overrides = {}) =>
  defineConfig({
    entry: ["src/**/*.ts"],
    format: ["esm"],
    target: "node22",
    platform: "node",
    sourcemap: true,
    splitting: false,
    dts: false,
    clean: true,
    silent: true,
    esbuildPlugins: [perModule],
    ...overrides,
  })
