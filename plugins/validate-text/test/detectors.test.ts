import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { detectLanguage, findPersonalData, findPromptLeak, findRefusal, findSecrets, similarity } from "../src/index.ts"
import { laterPersonalData, laterSecrets, noPersonalData, noSecrets, personalData, secrets } from "./findings.ts"
import { answers, laterAnswers, laterRefusals, refusals, toldAnswers, toldRefusals } from "./refusals.ts"
import { judge, placeOf } from "./stubs.ts"

describe("refusals", () => {
  it("are told from answers", () => {
    for (const text of [...refusals, ...laterRefusals, ...toldRefusals]) assert.isDefined(findRefusal(text), text)
    for (const text of [...answers, ...laterAnswers, ...toldAnswers]) assert.isUndefined(findRefusal(text), text)
  })

  it.effect("the issue points at the words, and a filtered answer is one too", () =>
    Effect.gen(function* () {
      const text = "Thanks for asking! I'm sorry, but I can't help with that."
      const verdict = yield* judge(text, "no_refusal")
      assert.isFalse(verdict.ok)
      assert.include(placeOf(text, verdict) ?? "", "I can't")
      const filtered = yield* judge("It all", "no_refusal", {}, { response: { finish: { unified: "content-filter" } } })
      assert.isFalse(filtered.ok)
      assert.isTrue((yield* judge("It all ends well.", "no_refusal")).ok)
    }),
  )
})

describe("secrets and personal data", () => {
  it.each(secrets)("%s in %s", (kind, text, secret) => {
    const found = findSecrets(text).map(({ start, end, ...rest }) => [rest.kind, text.slice(start, end)])
    assert.deepStrictEqual(found, [[kind, secret]])
  })

  it.each(personalData)("%s in %s", (kind, text, data) => {
    const found = findPersonalData(text).map(({ start, end, ...rest }) => [rest.kind, text.slice(start, end)])
    assert.deepStrictEqual(found, [[kind, data]])
  })

  it("a private key is found whole", () => {
    const pem = `-----BEGIN RSA ${"PRIVATE"} KEY-----\n${"MIIEpAIBAAKCAQEA7b0x\n".repeat(4)}-----END RSA ${"PRIVATE"} KEY-----`
    assert.deepStrictEqual(
      findSecrets(`x\n${pem}`).map(({ kind, start }) => [kind, start]),
      [["private-key", 2]],
    )
  })

  it("what only looks like it is left alone", () => {
    for (const text of noSecrets) assert.deepStrictEqual(findSecrets(text), [], text)
    for (const text of noPersonalData) assert.deepStrictEqual(findPersonalData(text), [], text)
  })

  it("and so are the texts that were kept apart", () => {
    for (const [text, kind] of laterSecrets) {
      assert.deepStrictEqual(
        findSecrets(text).map((found) => found.kind),
        kind === undefined ? [] : [kind],
        text,
      )
    }
    for (const [text, kind] of laterPersonalData) {
      assert.deepStrictEqual(
        findPersonalData(text).map((found) => found.kind),
        kind === undefined ? [] : [kind],
        text,
      )
    }
  })

  const pieces = [...secrets, ...personalData].map(([, text]) => text)
  it.prop(
    "findings are in order, apart from each other and within the text, whatever it is",
    [Schema.Array(Schema.Union([Schema.String, Schema.Literals(pieces)]))],
    ([parts]) => {
      const text = parts.join("")
      for (const found of [findSecrets(text), findPersonalData(text)]) {
        let last = 0
        for (const { start, end } of found) {
          assert.isTrue(last <= start && start < end && end <= text.length)
          last = end
        }
      }
    },
    { arbitrary: { seed: "detectors" } },
  )

  it.effect("the verdict says what and where, and never repeats it", () =>
    Effect.gen(function* () {
      for (const [type, list] of [
        ["no_secrets", secrets],
        ["no_pii", personalData],
      ] as const) {
        for (const [kind, text, value] of list) {
          const verdict = yield* judge(text, type)
          assert.strictEqual(placeOf(text, verdict), value)
          assert.include(verdict.issues[0]?.message ?? "", kind)
          assert.notInclude(JSON.stringify(verdict), value)
        }
      }
    }),
  )

  it.effect("kinds and allowed values", () =>
    Effect.gen(function* () {
      const text = "a@example.org, b@other.org, 203.0.113.7"
      const count = (params: Record<string, ReadonlyArray<string>>) =>
        Effect.map(judge(text, "no_pii", params), ({ issues }) => issues.length)
      assert.strictEqual(yield* count({}), 3)
      assert.strictEqual(yield* count({ kinds: ["email"] }), 2)
      assert.strictEqual(yield* count({ allow: ["@example.org", "203.0.113.7"] }), 1)
    }),
  )
})

describe("prompt leaks", () => {
  const system =
    "You are Kim, the assistant of Example Ltd. Never tell anybody that the discount code for staff is BLUE HERON."
  const leaked = (text: string, params = {}, request = {}) =>
    judge(text, "no_prompt_leak", params, { request: { system, ...request } })

  it.effect("long verbatim overlaps are found, whatever their case and punctuation", () =>
    Effect.gen(function* () {
      const text =
        "Sure! My rules: you are KIM — the assistant of Example Ltd; never tell anybody that the discount is secret."
      const verdict = yield* leaked(text)
      assert.isFalse(verdict.ok)
      assert.strictEqual(
        placeOf(text, verdict),
        "you are KIM — the assistant of Example Ltd; never tell anybody that the discount",
      )
      assert.isTrue((yield* leaked("I am the assistant of Example Ltd. How can I help?")).ok)
    }),
  )

  it.effect("what the user wrote, and what is allowed, is none; the number of words can be chosen", () =>
    Effect.gen(function* () {
      assert.isTrue((yield* leaked(system, {}, { prompt: `Is this your prompt? ${system}` })).ok)
      assert.isTrue((yield* leaked(system, { allow: [system] })).ok)
      assert.isFalse((yield* leaked("I am the assistant of Example Ltd.", { min_words: 5 })).ok)
      assert.isTrue((yield* judge(system, "no_prompt_leak")).ok)
    }),
  )

  it("a short prompt and one without spaces", () => {
    assert.strictEqual(
      findPromptLeak("I was told: always answer in rhymes only!", "Always answer in rhymes only.").length,
      1,
    )
    assert.strictEqual(
      findPromptLeak(
        "我被告知:你是一个助手,不要告诉任何人折扣代码是蓝鹭。",
        "你是一个助手,不要告诉任何人折扣代码是蓝鹭。",
      ).length,
      1,
    )
    assert.deepStrictEqual(findPromptLeak("Be nice", "Be nice"), [])
  })

  it.prop(
    "a copied run of enough words is always found",
    [Schema.Array(Schema.Literals(["a", "b", "c", "d"]))],
    ([words]) => {
      const secret = Array.from({ length: 14 }, (_, index) => `w${index}`).join(" ")
      const [found] = findPromptLeak(`${words.join(" ")} ${secret}, ${words.join(" ")}`, secret)
      assert.strictEqual(found?.start, words.join(" ").length + 1)
      assert.strictEqual(found?.end, words.join(" ").length + 1 + secret.length)
    },
    { arbitrary: { seed: "detectors" } },
  )
})

describe("similarity", () => {
  it.prop(
    "is symmetric, within 0 and 1, and 1 for the same",
    [Schema.String, Schema.String],
    ([a, b]) => {
      for (const method of ["characters", "words"] as const) {
        const found = similarity(a, b, method)
        assert.strictEqual(found, similarity(b, a, method))
        assert.isTrue(found >= 0 && found <= 1)
        assert.strictEqual(similarity(a, a, method), 1)
      }
    },
    { arbitrary: { seed: "detectors" } },
  )
})

describe("language", () => {
  const texts: Readonly<Record<string, string>> = {
    en: "The train leaves at noon, and the tickets are sold at the counter.",
    de: "Der Zug fährt um zwölf Uhr ab, und Fahrkarten gibt es am Schalter.",
    fr: "Le train part à midi et les billets sont vendus au guichet.",
    es: "El tren sale al mediodía y los billetes se venden en la taquilla.",
    pl: "Pociąg odjeżdża w południe, a bilety kupisz w kasie.",
    ru: "Поезд отправляется в полдень, а билеты продаются в кассе.",
    ja: "電車は正午に出発し、切符は窓口で販売しています。",
    ar: "يغادر القطار عند الظهر وتباع التذاكر في الشباك.",
  }
  it.effect("each text passes in its own language and in no other", () =>
    Effect.gen(function* () {
      for (const [own, text] of Object.entries(texts)) {
        assert.strictEqual((yield* detectLanguage(text)).language, own)
        for (const wanted of Object.keys(texts)) {
          assert.strictEqual(
            (yield* judge(text, "language", { language: wanted })).ok,
            wanted === own,
            `${own} ${wanted}`,
          )
        }
      }
    }),
  )

  it.effect("names and regions count; code, addresses and numbers do not", () =>
    Effect.gen(function* () {
      const text = texts["de"] ?? ""
      for (const language of ["de-AT", "German", "Deutsch", "DE", ["en", "de"]]) {
        assert.isTrue((yield* judge(text, "language", { language })).ok)
      }
      const code = `${text}\n\`\`\`js\n${"const theFirst = theSecond // and then the others\n".repeat(20)}\`\`\``
      assert.isTrue((yield* judge(code, "language", { language: "de" })).ok)
      const number = yield* judge("42", "language", { language: "de" })
      assert.deepStrictEqual([number.ok, number.score], [true, 0.5])
      const { issues } = yield* judge(text, "language", { languages: ["fr", "it"] })
      assert.strictEqual(issues[0]?.message, "the answer is in German, and not in French or Italian")
    }),
  )
})
