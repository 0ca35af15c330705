import { execFileSync } from "node:child_process"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { median, report } from "../report.ts"

const here = fileURLToPath(new URL(".", import.meta.url))

/** Time to import core in a fresh process, effect included, and the size of core alone as a bundler leaves it. */
export const coldImport = async (suite: string): Promise<void> => {
  const timed = (script: string): number =>
    median(
      Array.from({ length: 7 }, () =>
        Number(execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: here, encoding: "utf8" })),
      ),
    )
  const importing = (name: string) =>
    `const t = performance.now(); await import(${JSON.stringify(name)}); process.stdout.write(String(performance.now() - t))`
  report({
    suite,
    name: "cold import",
    ours: timed(importing("@switchyard/core")),
    peer: "effect",
    peer_value: timed(importing("effect")),
    unit: "ms",
  })
  const { build } = createRequire(new URL("../../peers/package.json", import.meta.url))("esbuild")
  const bundle = await build({
    stdin: { contents: `export * from "@switchyard/core"`, resolveDir: here },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    external: ["effect", "effect/*"],
    logLevel: "error",
  })
  const bytes = gzipSync(bundle.outputFiles[0]?.contents ?? "").length
  report({ suite, name: "core bundled, min+gzip, less effect", ours: bytes / 1000, unit: "kB" })
}
