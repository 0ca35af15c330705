import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as FastCheck from "fast-check"
import { repositorySource } from "../src/index.ts"
import { readAll, temporaryFolder, write } from "./indexing.ts"

/** Settings of this machine must not count. */
const env = {
  ...process.env,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  XDG_CONFIG_HOME: "/nonexistent",
}
const git = (folder: string, ...args: ReadonlyArray<string>): string =>
  execFileSync("git", ["-C", folder, ...args], { env, encoding: "utf8" })

const idsOf = (source: ReturnType<typeof repositorySource>) =>
  Effect.map(Stream.runCollect(source.items), (items) => items.map(({ id }) => id).toSorted())

/** What git has, and would take. */
const listedByGit = (folder: string): ReadonlyArray<string> =>
  git(folder, "ls-files", "-z", "-co", "--exclude-standard")
    .split("\0")
    .filter((path) => path !== "")
    .toSorted()

const isIgnored = (folder: string, path: string): boolean =>
  spawnSync("git", ["-C", folder, "check-ignore", "-q", path], { env }).status === 0

const folders = ["", "a/", "a/b/", "a/build/", "a/build/b/", "c/", "c/s p*[x]\\/"]
const leaves = ["x.js", "y.log", "z.md", "build", "Z.MD", "sp ace.txt"]
const paths = FastCheck.uniqueArray(
  FastCheck.tuple(FastCheck.constantFrom(...folders), FastCheck.constantFrom(...leaves)).map((parts) => parts.join("")),
  { minLength: 4, maxLength: 16 },
)
const pattern = FastCheck.constantFrom(
  "*.log", "!y.log", "build", "build/", "/build", "a/", "a/b", "b/*", "!b/x.js", "**/z.md", "a/**", "/a/*.js", "!*.md",
  "*.[jm][sd]", "# comment", "", "\\!x", "x.js ", "z.md\\ ", "sp?ace.txt", "c/**/x.js", "!a/", "*", "!*/", "z.MD",
  "!build/", "!/build/", "!a/build", "!b/", "!*", "!x.js", "!/a/*/", "c/*/",
) // prettier-ignore
const ignoreFile = FastCheck.array(pattern, { minLength: 1, maxLength: 4 }).map((lines) => `${lines.join("\n")}\n`)
/** Where a name is that of a file and of a folder, the folder is there. */
const trees = FastCheck.record({
  paths,
  ignores: FastCheck.array(FastCheck.tuple(FastCheck.constantFrom(...folders), ignoreFile), { maxLength: 4 }),
  exclude: FastCheck.option(ignoreFile),
}).map((tree) => {
  const all = [...tree.paths, ...tree.ignores.map(([place]) => `${place}.gitignore`)]
  return { ...tree, paths: tree.paths.filter((path) => !all.some((other) => other.startsWith(`${path}/`))) }
})

describe("repositorySource", () => {
  it.live("has the files that git lists, whatever is ignored where", () =>
    Effect.promise(() =>
      FastCheck.assert(
        FastCheck.asyncProperty(trees, (tree) =>
          Effect.runPromise(
            Effect.gen(function* () {
              const folder = yield* temporaryFolder
              git(folder, "init", "-q")
              write(folder, Object.fromEntries(tree.paths.map((path) => [path, path])))
              write(folder, Object.fromEntries(tree.ignores.map(([place, text]) => [`${place}.gitignore`, text])))
              if (tree.exclude !== null) writeFileSync(`${folder}/.git/info/exclude`, tree.exclude)
              assert.deepStrictEqual(yield* idsOf(repositorySource(folder)), listedByGit(folder))
              // A folder of a repository alone: the rules above it hold too.
              for (const below of ["a", "a/build", "c/s p*[x]\\"]) {
                if (!existsSync(`${folder}/${below}/`)) continue
                const inside = repositorySource(`${folder}/${below}`)
                if (isIgnored(folder, below))
                  assert.match((yield* Effect.flip(idsOf(inside))).message, /is ignored by git/)
                else assert.deepStrictEqual(yield* idsOf(inside), listedByGit(`${folder}/${below}`))
              }
            }).pipe(Effect.scoped),
          ),
        ),
        { numRuns: 25 },
      ),
    ),
  )

  it.effect("a folder that a nearer file takes back is read, and so is what is in it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      git(folder, "init", "-q")
      write(folder, {
        ".gitignore": "build/\n*.log\n",
        "build/no.txt": "",
        "a/.gitignore": "!build/\n",
        "a/build/f.txt": "",
        "a/build/f.log": "",
        "a/build/deep/g.txt": "",
        "a/build/deep/build/h.txt": "",
      })
      const found = yield* idsOf(repositorySource(folder))
      assert.includeMembers([...found], ["a/build/f.txt", "a/build/deep/g.txt", "a/build/deep/build/h.txt"])
      assert.deepStrictEqual(found, listedByGit(folder))
      assert.deepStrictEqual(yield* idsOf(repositorySource(`${folder}/a/build`)), listedByGit(`${folder}/a/build`))
    }),
  )

  it.effect("a repository inside has its own rules alone", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      git(folder, "init", "-q")
      write(folder, {
        ".gitignore": "*.md\n",
        "a.md": "",
        "a.js": "",
        "inner/b.md": "",
        "inner/c.js": "",
        "inner/.gitignore": "c.js\n",
      })
      git(`${folder}/inner`, "init", "-q")
      assert.deepStrictEqual(yield* idsOf(repositorySource(folder)), [
        ".gitignore",
        "a.js",
        "inner/.gitignore",
        "inner/b.md",
      ])
    }),
  )

  it.effect("skips what people did not write or would not show, and says so", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const generated = "// Code generated by protoc-gen-go. DO NOT EDIT.\npackage x\n"
      write(folder, {
        ".env": "KEY=1",
        ".env.example": "KEY=",
        ".github/workflows/ci.yml": "on: push",
        "node_modules/x/index.js": "x",
        "api.pb.go": generated,
        "data.bin": new Uint8Array([0, 1]),
        "lib.min.js": "x",
        "package-lock.json": "{}",
        "server.pem": "-----BEGIN",
        "squeezed.js": "var a=1;".repeat(100),
        "wide.py": `x = "${"y".repeat(500)}"\n`,
      })
      const found = yield* readAll(repositorySource(folder))
      const why = Object.fromEntries(
        Object.entries(found).flatMap(([id, one]) => ("_tag" in one ? [[id, one.why]] : [])),
      )
      const secret = "it may hold secrets, which do not belong into an index"
      assert.deepStrictEqual(why, {
        ".env": secret,
        "server.pem": secret,
        "api.pb.go": "a generated file: it says so itself",
        "data.bin": "a binary file",
        "lib.min.js": "a minified file or its map",
        "package-lock.json": "a lock file",
        "squeezed.js": "a minified file",
      })
      assert.deepStrictEqual(
        Object.keys(found)
          .filter((id) => why[id] === undefined)
          .toSorted(),
        [".env.example", ".github/workflows/ci.yml", "wide.py"],
      )
      const all = yield* readAll(repositorySource(folder, { generated: true, exclude: ["*.bin"] }))
      assert.deepInclude(all["api.pb.go"], { text: generated })
      assert.notProperty(all, "data.bin")
    }),
  )

  it.effect("skips files that are known to hold secrets, whatever folder they are in", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const secret = `
        .env .env.local prod.env .envrc .npmrc .yarnrc.yml .netrc _netrc .git-credentials .pypirc .pgpass .my.cnf .htpasswd
        .vault-token .dockercfg .boto .s3cfg .terraformrc terraform.tfvars
        .aws/credentials .docker/config.json .kube/config .cargo/credentials .cargo/credentials.toml .gem/credentials
        .config/gh/hosts.yml .gnupg/secring.gpg credentials.tfrc.json application_default_credentials.json
        terraform.tfstate terraform.tfstate.backup
        id_rsa id_dsa id_ecdsa id_ecdsa_sk id_ed25519 id_ed25519_sk server.pem server.key a.p12 a.pfx a.jks a.keystore a.ppk a.kdbx a.p8
      `.match(/\S+/g)!
      const open = `
        .env.example .env.sample env.ts environment.md credentials.ts config.json docker/config.json kube/config
        aws/credentials.md id_rsa.pub keystore.md terraform.md main.tf
      `.match(/\S+/g)!
      const all = [...secret, ...open].flatMap((name) => [name, `deep/in/${name}`])
      write(folder, Object.fromEntries(all.map((name) => [name, "text"])))
      const found = yield* readAll(repositorySource(folder))
      const skipped = Object.entries(found).flatMap(([id, one]) => ("_tag" in one ? [id] : []))
      assert.sameMembers(Object.keys(found), all)
      assert.sameMembers(
        skipped,
        all.filter((name) => secret.includes(name.replace("deep/in/", ""))),
      )
    }),
  )
})
