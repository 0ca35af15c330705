import { describe, expect, it } from "vitest"
import { InvalidRequestError, readCallConfig } from "../src/index.ts"

const full = {
  model: "openai/gpt-4o-mini",
  messages: [{ role: "user", content: "Return a JSON object with required_field" }],
  max_tokens: 100,
  temperature: 0.1,
  response_format: { type: "json_object" },
  default_validate: true,
  validation: [
    { type: "json_string" },
    { type: "field_present", params: { field_name: "a.b", expected_value: 3, should_exist: true } },
  ],
  retry_config: { max_attempts: 5, debug_mode: true },
  max_attempts_before_tool_use: 2,
  max_attempts_before_human: 4,
  debug_tool_name: "perplexity-ask",
  debug_tool_mcp_config: { mcpServers: { "perplexity-ask": { command: "node", args: ["tool.js"], env: {} } } },
  original_user_prompt: "kept for validators",
}

describe("a call as JSON files have it", () => {
  it("becomes a request: validators in order, the retry's settings as they stand", () => {
    const { request, warnings } = readCallConfig(full)
    expect(warnings).toEqual([])
    expect(request).toMatchObject({
      model: "openai/gpt-4o-mini",
      messages: full.messages,
      maxOutputTokens: 100,
      temperature: 0.1,
      output: { type: "json" },
      policy: {
        validators: [{ type: "response_not_empty" }, ...full.validation],
        retry: {
          retry_config: full.retry_config,
          max_attempts_before_tool_use: 2,
          max_attempts_before_human: 4,
          debug_tool_name: "perplexity-ask",
          debug_tool_mcp_config: full.debug_tool_mcp_config,
          original_user_prompt: "kept for validators",
        },
      },
    })
  })

  it("camelCase is the same, a question is one message, and the implied validator can be left out", () => {
    const { request } = readCallConfig({ model: "max/coder", question: "hi", maxTokens: 5, defaultValidate: false })
    expect(request).toMatchObject({ model: "claude-max/coder", prompt: "hi", maxOutputTokens: 5, policy: {} })
  })

  it("images and schemas in the spelling of the chat API are read", () => {
    const { request } = readCallConfig({
      model: "m",
      messages: [
        { role: "system", content: [{ type: "text", text: "be brief" }] },
        {
          role: "user",
          content: [
            { type: "text", text: "what is it?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
            { type: "image_url", image_url: "https://example.com/a.png" },
          ],
        },
      ],
      response_format: { type: "json_schema", json_schema: { name: "x", schema: { type: "object" }, strict: true } },
    })
    expect(request.messages).toEqual([
      { role: "system", content: "be brief" },
      {
        role: "user",
        content: [
          { type: "text", text: "what is it?" },
          { type: "file", mediaType: "image/png", source: { type: "base64", base64: "AAAA" } },
          { type: "file", mediaType: "image/*", source: { type: "url", url: "https://example.com/a.png" } },
        ],
      },
    ])
    expect(request.output).toEqual({ type: "json", schema: { type: "object" }, name: "x", strict: true })
  })

  it("unknown keys are warned of with the nearest known one", () => {
    const { warnings } = readCallConfig({ model: "m", question: "q", max_token: 5, maxtokens: 1, stream: false })
    expect(warnings).toEqual([
      `"max_token" is no key of a call and was ignored (did you mean "max_tokens"?)`,
      `"maxtokens" is no key of a call and was ignored (did you mean "maxTokens"?)`,
    ])
  })

  it.each([
    [null, /must be an object/],
    [[], /must be an object/],
    [{ question: "no model" }, /model/],
    [{ model: "m" }, /needs a question or messages/],
    [{ model: "m", question: "q", temperature: "hot" }, /temperature/],
    [{ model: "m", messages: [{ role: "robot", content: "x" }] }, /role/],
    [{ model: "m", messages: [{ role: "system", content: [{ type: "image_url", image_url: "x" }] }] }, /only a user's/],
  ])("%j is refused with what is wrong", (config, message) => {
    expect(() => readCallConfig(config)).toThrow(message)
    expect(() => readCallConfig(config)).toThrow(InvalidRequestError)
  })
})
