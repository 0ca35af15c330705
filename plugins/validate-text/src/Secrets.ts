import { entropyPerSign } from "./internal/entropy.ts"
import { isJwt } from "./internal/jwt.ts"
import { type Finding, withoutOverlaps } from "./Span.ts"

interface SecretRule {
  /** The rule is tried only where the text holds one of these. */
  readonly hints: ReadonlyArray<string>
  /** Every quantifier is bounded or of one class of signs, so that the search is linear. The group is what is secret. */
  readonly pattern: RegExp
  readonly accepts?: (found: string) => boolean
}

/** Keys are random: `sk-xxxxxxxx` in a manual is none. */
const random =
  (least: number) =>
  (found: string): boolean =>
    entropyPerSign(found) >= least

const placeholder =
  /example|placeholder|your|change_?me|dummy|sample|redacted|hidden|secret_?here|xxxx|\*\*\*|\.\.\.|1234567890$|^(?:password|secret|token|none|null|undefined|true|false)$|^[<{$%[]|process\.env|os\.environ|getenv|import\.meta/i

const mixed = (found: string): boolean =>
  !placeholder.test(found) && entropyPerSign(found) >= 2.8 && /\d/.test(found) && /[A-Za-z]/.test(found)

const rules = {
  "private-key": {
    hints: ["PRIVATE KEY"],
    pattern: /-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s\\:,.-]{40,8000}/g,
  },
  "aws-access-key": {
    hints: ["AKIA", "ASIA", "ABIA", "ACCA"],
    pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/g,
    accepts: random(2.5),
  },
  "aws-secret-key": {
    hints: ["aws", "AWS", "secretAccessKey", "SecretAccessKey"],
    pattern:
      /(?:aws_?secret\w{0,20}|secret_?access_?key)["']?\s{0,5}[:=]{1,2}\s{0,5}["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    accepts: random(3.2),
  },
  "anthropic-key": {
    hints: ["sk-ant-"],
    pattern: /(?<![A-Za-z0-9])sk-ant-[A-Za-z0-9_-]{20,200}/g,
    accepts: random(3),
  },
  "openai-key": {
    hints: ["sk-"],
    pattern: /(?<![A-Za-z0-9-])sk-(?!ant-)(?:proj-|svcacct-|admin-|or-v1-)?[A-Za-z0-9_-]{20,250}/g,
    accepts: (found: string) => entropyPerSign(found) >= 3.3 && /\d/.test(found),
  },
  "github-token": {
    hints: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
    pattern: /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{50,251})/g,
    accepts: random(2.8),
  },
  "gitlab-token": {
    hints: ["glpat-"],
    pattern: /(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20,100}/g,
    accepts: random(2.8),
  },
  "slack-token": {
    hints: ["xox"],
    pattern: /(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,250}/g,
    accepts: random(2.5),
  },
  "slack-webhook": {
    hints: ["hooks.slack.com"],
    pattern: /hooks\.slack\.com\/services\/[A-Za-z0-9]{8,12}\/[A-Za-z0-9]{8,12}\/[A-Za-z0-9]{20,30}/g,
  },
  "stripe-key": {
    hints: ["_live_", "_test_", "whsec_"],
    pattern: /(?<![A-Za-z0-9])(?:[sr]k_(?:live|test)_[A-Za-z0-9]{16,250}|whsec_[A-Za-z0-9+/]{24,100})/g,
    accepts: random(2.8),
  },
  "google-key": {
    hints: ["AIza", "GOCSPX-", "ya29."],
    pattern: /(?<![A-Za-z0-9])(?:AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{30,500})/g,
    accepts: random(2.8),
  },
  "huggingface-token": {
    hints: ["hf_"],
    pattern: /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,60}/g,
    accepts: random(2.8),
  },
  "package-registry-token": {
    hints: ["npm_", "pypi-", "rubygems_", "dckr_pat_"],
    pattern:
      /(?<![A-Za-z0-9])(?:npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,500}|rubygems_[a-f0-9]{48}|dckr_pat_[A-Za-z0-9_-]{27})/g,
    accepts: random(2.8),
  },
  "service-token": {
    hints: [
      "SG.",
      "dop_v1_",
      "shpat_",
      "shpss_",
      "dapi",
      "lin_api_",
      "nvapi-",
      "gsk_",
      "r8_",
      "xai-",
      "pplx-",
      "tvly-",
      "fo1_",
      "sntrys_",
      "PMAK-",
      "dp.pt.",
      "hvs.",
    ],
    pattern:
      /(?<![A-Za-z0-9])(?:SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}|dop_v1_[a-f0-9]{64}|shp(?:at|ss)_[a-fA-F0-9]{32}|dapi[a-f0-9]{32}|lin_api_[A-Za-z0-9]{40}|nvapi-[A-Za-z0-9_-]{60,70}|gsk_[A-Za-z0-9]{50,60}|r8_[A-Za-z0-9]{37}|xai-[A-Za-z0-9]{70,90}|pplx-[A-Za-z0-9]{40,60}|tvly-[A-Za-z0-9-]{30,50}|sntrys_[A-Za-z0-9+/=_-]{60,300}|PMAK-[a-f0-9]{24}-[a-f0-9]{34}|dp\.pt\.[A-Za-z0-9]{40,44}|hvs\.[A-Za-z0-9_-]{24,200})/g,
    accepts: random(2.8),
  },
  "telegram-bot-token": {
    hints: [":AA"],
    pattern: /(?<![A-Za-z0-9])\d{8,10}:AA[A-Za-z0-9_-]{32,34}(?![A-Za-z0-9_-])/g,
    accepts: random(3),
  },
  "azure-key": {
    hints: ["AccountKey=", "SharedAccessKey="],
    pattern: /(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{42,88}={0,2})/g,
    accepts: random(3.5),
  },
  jwt: {
    hints: ["eyJ"],
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{2,8000}\.[A-Za-z0-9_-]{0,2000}/g,
    accepts: isJwt,
  },
  "url-password": {
    hints: ["://"],
    pattern: /(?<=:\/\/[^\s:/@?#"'<>]{0,64}:)([^\s:/@?#"'<>]{3,128})(?=@[A-Za-z0-9[])/g,
    accepts: (found: string) => !placeholder.test(found) || (/\d/.test(found) && !/[<{$%[*]|your|xxxx/i.test(found)),
  },
  assigned: {
    hints: [
      "key",
      "KEY",
      "Key",
      "token",
      "TOKEN",
      "Token",
      "secret",
      "SECRET",
      "Secret",
      "passw",
      "PASSW",
      "Passw",
      "earer",
    ],
    pattern:
      /(?:(?:api[_-]?key|access[_-]?key|secret[_-]?key|(?:auth|access|refresh)[_-]?token|secret|token|passw(?:or)?d|pwd|authorization)["'`]?\s{0,5}(?:=>|:=|[:=])\s{0,5}["'`]?(?:bearer\s)?|bearer\s)([A-Za-z0-9_+/.~@!#$%^&*=-]{8,200})/gi,
    accepts: mixed,
  },
} satisfies Readonly<Record<string, SecretRule>>

export type SecretKind = keyof typeof rules

const table: ReadonlyArray<readonly [SecretKind, SecretRule]> = Object.entries(rules).map(([kind, rule]) => [
  kind as SecretKind, // the keys of the table
  rule,
])

/** Every kind of secret that is looked for. */
export const secretKinds: ReadonlyArray<SecretKind> = table.map(([kind]) => kind)

/**
 * Keys, tokens and passwords in a text: by the prefixes that vendors document, by form (private keys, JWTs whose header
 * decodes, passwords in URLs), and by what a random-looking value is assigned to. Linear in the text.
 */
export const findSecrets = (
  text: string,
  kinds: ReadonlyArray<SecretKind> = secretKinds,
): ReadonlyArray<Finding<SecretKind>> => {
  const found: Array<Finding<SecretKind>> = []
  for (const [kind, { hints, pattern, accepts }] of table) {
    if (!kinds.includes(kind) || !hints.some((hint) => text.includes(hint))) continue
    for (const match of text.matchAll(pattern)) {
      const value = match[1] ?? match[0]
      const start = match.index + match[0].lastIndexOf(value)
      if (accepts?.(value) ?? true) found.push({ kind, start, end: start + value.length })
    }
  }
  return withoutOverlaps(found)
}
