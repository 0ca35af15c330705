import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { median, report, say } from "../report.ts"
import { contestants, type Encode, type Limit, limits } from "./contestants.ts"
import { makePhotos, type Photos } from "./photos.ts"

const suite = "images"
const rounds = 3

/** Photographs of 12 megapixels to the limits of OpenAI and Anthropic, and the memory of a batch of a hundred. */
export const run = async (): Promise<void> => {
  say("images: making 20 photos of 4000 x 3000")
  const photos = await makePhotos(20)
  try {
    say(`images: ${(photos.bytes / 1e6).toFixed(1)} MB each, medians of ${rounds} rounds in turns`)
    for (const limit of limits) await compareAt(limit, photos)
    for (const limit of limits) await batch(limit, photos)
  } finally {
    await photos.remove()
  }
}

interface Seen {
  readonly alone: Array<number>
  readonly together: Array<number>
  readonly lengths: Array<number>
}

const compareAt = async (limit: Limit, { paths }: Photos): Promise<void> => {
  const field = Object.entries(contestants).map(([name, make]) => ({ name, encode: make(limit) }))
  const seen = new Map(field.map(({ name }): [string, Seen] => [name, { alone: [], together: [], lengths: [] }]))
  for (const { encode } of field) await encode(paths[0] ?? "")
  for (let round = 0; round < rounds; round++) {
    for (const { name, encode } of field) await measure(encode, paths, seen.get(name))
  }
  tell(`${limit.vendor} one at a time`, "ms/photo", seen, ({ alone }) => median(alone))
  tell(`${limit.vendor} all 20 at once`, "ms/photo", seen, ({ together }) => median(together))
  tell(`${limit.vendor} sent`, "kB/photo", seen, ({ lengths }) => median(lengths) / 1000)
}

const measure = async (encode: Encode, paths: ReadonlyArray<string>, into: Seen | undefined): Promise<void> => {
  let start = performance.now()
  let length = 0
  for (const path of paths) length += (await encode(path)).length
  into?.alone.push((performance.now() - start) / paths.length)
  into?.lengths.push(length / paths.length)
  start = performance.now()
  await Promise.all(paths.map(encode))
  into?.together.push((performance.now() - start) / paths.length)
}

const tell = (name: string, unit: string, seen: ReadonlyMap<string, Seen>, figure: (of: Seen) => number): void => {
  const mine = seen.get("ours")
  if (mine === undefined) return
  for (const [peer, of] of seen) {
    if (peer !== "ours") report({ suite, name, ours: figure(mine), peer, peer_value: figure(of), unit })
  }
}

const child = fileURLToPath(new URL("./batch.ts", import.meta.url))

/** A hundred photos at once, each contestant in a process of its own. */
const batch = async (limit: Limit, { paths }: Photos): Promise<void> => {
  const hundred = Array.from({ length: 5 }, () => paths).flat()
  const peak = async (name: string): Promise<number> => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...process.execArgv,
      child,
      name,
      limit.vendor,
      ...hundred,
    ])
    const { peakMB }: { readonly peakMB: number } = JSON.parse(stdout)
    return peakMB
  }
  const ours = await peak("ours")
  for (const peer of ["sharp by hand", "plain base64"]) {
    const name = `${limit.vendor} batch of 100, peak memory`
    report({ suite, name, ours, peer, peer_value: await peak(peer), unit: "MB" })
  }
}
