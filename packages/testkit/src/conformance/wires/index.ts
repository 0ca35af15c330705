import { anthropicWire } from "./anthropic.ts"
import { openaiWire } from "./openai.ts"
import type { Wire } from "./Wire.ts"

/** The wires that scripted upstreams speak. */
const wires = { openai: openaiWire, anthropic: anthropicWire } as const satisfies Readonly<Record<string, Wire>>

export type WireName = keyof typeof wires

export const wireOf = (name: WireName): Wire => wires[name]
