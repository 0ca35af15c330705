import { Metadata } from "./Metadata.ts"
import { damaged, Fault, limits, outOfBytes, Reader } from "./Reader.ts"
import { checkSizes } from "./sizes.ts"
import { readTensors } from "./tensors.ts"

/** What the header says of the model, as far as this provider wants to know. */
export interface GgufHeader {
  readonly architecture: string
  /** Tokens that the model was trained on, where the file says so. */
  readonly contextLength: number | undefined
  /** Does the file bring a chat template of its own? */
  readonly hasTemplate: boolean
}

/** Why a file cannot be loaded, said of "it", and what to do. */
export interface GgufFault {
  readonly fault: string
}

/** The beginning of the file that was given does not hold the whole header: give more of it. */
export type More = "more"

const checkVersion = (version: number): void => {
  if (version === 2 || version === 3) return
  if (version === 1) throw new Fault("is GGUF version 1, which nothing reads any more: convert the model again")
  const turned = Buffer.alloc(4)
  turned.writeUInt32LE(version)
  if (turned.readUInt32BE() <= 3) throw new Fault("is big-endian, and this machine is not: convert it again")
  throw new Fault(`is GGUF version ${version}: 2 and 3 are known. Update node-llama-cpp, or convert it again`)
}

const printable = (bytes: Buffer): string =>
  bytes.every((byte) => byte >= 0x20 && byte < 0x7f) ? `"${bytes.toString("latin1")}"` : `0x${bytes.toString("hex")}`

const read = (bytes: Buffer, fileSize: number): GgufHeader => {
  if (fileSize === 0) throw new Fault("is empty")
  const magic = bytes.subarray(0, 4)
  if (magic.toString("latin1") !== "GGUF") {
    throw new Fault(`is no GGUF file: it begins with ${printable(magic)}. Give the path of a .gguf file`)
  }
  const reader = new Reader(bytes, fileSize)
  reader.skip(4)
  checkVersion(reader.u32())
  const tensors = reader.u64()
  const keys = reader.u64()
  if (tensors > limits.tensors || keys > limits.keys) throw damaged(`${tensors} tensors and ${keys} keys`)
  const metadata = new Metadata()
  for (let i = 0; i < keys; i++) metadata.read(reader)
  const kind = metadata.text("general.type") ?? "model"
  if (kind !== "model") throw new Fault(`holds a GGUF of the type "${kind}", not a model. Give the model's own file`)
  metadata.checkVocabulary()
  const alignment = metadata.number("general.alignment") ?? 32
  if (alignment < 1 || (alignment & (alignment - 1)) !== 0) throw damaged(`an alignment of ${alignment}`)
  const shapes = readTensors(reader, tensors, alignment, fileSize)
  const architecture = metadata.text("general.architecture")
  if (architecture === undefined) throw damaged("it names no architecture")
  if ((metadata.number("split.count") ?? 1) <= 1) checkSizes(architecture, metadata, shapes)
  return {
    architecture,
    contextLength: metadata.number(`${architecture}.context_length`),
    hasTemplate: (metadata.text("tokenizer.chat_template") ?? "").trim() !== "",
  }
}

/**
 * Reads the header of a GGUF file and checks what the native loader takes on trust, since a failed assertion there ends
 * the process. `bytes` is the beginning of the file, `fileSize` all of it, in bytes.
 *
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export const readHeader = (bytes: Buffer, fileSize: number): GgufHeader | GgufFault | More => {
  try {
    return read(bytes, fileSize)
  } catch (error) {
    if (error === outOfBytes) return "more"
    if (error instanceof Fault) return { fault: error.fault }
    throw error
  }
}
