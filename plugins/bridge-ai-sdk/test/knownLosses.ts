/** What a vendor package loses, by specification. A test that is named here must fail: when the package is mended, it tells. */
export interface Loss {
  readonly versions: ReadonlyArray<string>
  readonly tests: RegExp
  readonly why: string
}

export const knownLosses: ReadonlyArray<Loss> = [
  {
    versions: ["V2", "V3", "V4"],
    tests: /results arrive with ids, names and the exact input text|tool calls go back as they came/,
    why: "a prompt of the AI SDK holds parsed tool input, and the package writes it anew",
  },
  {
    versions: ["V3", "V4"],
    tests: /a text file given as .* arrives with its content and its name/,
    why: "the package drops the names of text files",
  },
  {
    versions: ["V2", "V3"],
    tests: /a tool result of parts: its text arrives/,
    why: "the package sends the parts as JSON text",
  },
  {
    versions: ["V2", "V3"],
    tests: /a refusal: its words, and content-filter/,
    why: "the package drops refusals",
  },
  {
    versions: ["V2", "V3", "V4"],
    tests: /cached input and reasoning, split so that the parts add up/,
    why: "the package does not read tokens written to the cache",
  },
  {
    versions: ["V4"],
    tests: /text, then a refusal: well formed/,
    why: "the package makes two texts of a whole answer and one of a stream",
  },
  {
    versions: ["V2", "V3", "V4"],
    tests: /tags and tenant stay here, providerData goes where it belongs/,
    why: "the package's embedding models drop options that they do not know",
  },
  {
    versions: ["V2"],
    tests: /answers reasoning, before the text|reasoning and text: well formed|reasoning, text and a tool call/,
    why: "the package puts the reasoning of a whole answer after its text",
  },
  {
    versions: ["V2"],
    tests: /inside a 200, before content, stream|inside a 200, after content/,
    why: "the package takes a chunk with a choice and an error for a plain chunk and drops the error",
  },
]
