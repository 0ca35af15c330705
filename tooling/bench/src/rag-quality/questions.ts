/** A question as users ask it, and where the answer stands: a text that occurs in `source` within the answer. */
export interface JudgedQuestion {
  readonly question: string
  readonly source: string
  readonly anchor: string
}

const guide = (page: string, pairs: ReadonlyArray<readonly [question: string, anchor: string]>) =>
  pairs.map(([question, anchor]): JudgedQuestion => ({ question, source: `docs/guide/${page}.md`, anchor }))

type Elsewhere = readonly [source: string, anchor: string]

/** Other places that answer a question as well, found by reading what the retrievers bring for it (pooling, as in TREC). */
export const elsewhere: Readonly<Record<string, ReadonlyArray<Elsewhere>>> = {
  "How do I point it at my own Ollama server?": [
    ["plugins/provider-openai/README.md", "The same plugin serves every server"],
  ],
  "Where does it take the OpenAI key from?": [
    ["docs/guide/06-configuration.md", "The provider for OpenAI reads"],
    ["plugins/provider-openai/README.md", "sent to OpenAI and to `OPENAI_BASE_URL` only"],
  ],
  "Can the command line answer questions about a text file of mine?": [
    ["docs/guide/08-command-line.md", "adds a file to answer from"],
  ],
  "Can I have nothing shown until the whole reply has been checked?": [
    ["docs/guide/12-resilience.md", "`hold` passes nothing on until the answer is complete"],
    ["plugins/failover/README.md", "nothing was shown yet: the next candidate"],
  ],
  "The connection broke in the middle of the reply, what do I get?": [
    ["docs/guide/12-resilience.md", "`fail` ends a cut stream"],
    ["plugins/failover/README.md", "nothing was shown yet: the next candidate"],
  ],
  "Can another model finish a reply that was broken off?": [
    ["docs/guide/12-resilience.md", "`resume` lets another candidate continue the text"],
    ["plugins/failover/README.md", "`resume` asks one candidate after the other"],
  ],
  "How do I tell a rate limit from an account without credit?": [
    ["plugins/provider-openai/README.md", "`QuotaExhausted` when the account is empty"],
  ],
  "Which exception class should I catch with instanceof?": [
    ["docs/guide/05-errors.md", "error instanceof RateLimitedError"],
  ],
  "Is my OpenAI key sent to a third party server when I change the base URL?": [
    ["docs/decisions/0005-environment-keys-stay-home.md", "instead of leaking the key"],
    ["plugins/provider-openai/README.md", "sent to OpenAI and to `OPENAI_BASE_URL` only"],
  ],
  "Does it matter in which sequence I list my extensions?": [
    ["docs/guide/09-concepts.md", "The stages are fixed, so the order"],
  ],
  "How can I approve a pending ticket from the terminal?": [
    ["plugins/human-review/README.md", "switchyard review approve TICKET"],
  ],
  "What is hedging?": [["plugins/failover/README.md", "the next candidate is asked too when nothing came"]],
  "Explain what a circuit breaker does": [["plugins/failover/README.md", "**closed**: calls go through"]],
  "Why is the table of word vectors not in git?": [
    ["plugins/embed-local/README.md", "in the published package and not in git"],
  ],
  "How large is the file with the English word vectors?": [
    ["docs/decisions/0010-word-vectors-are-built.md", "needs a table of word vectors (5.6 MB)"],
  ],
  "What happens if Redis goes down?": [
    ["plugins/cache-redis/README.md", "A Redis that is slow or away"],
    ["plugins/cache-redis/README.md", "## When Redis is slow or away"],
  ],
  "How do I avoid paying twice for the same prompt?": [
    ["plugins/cache-memory/README.md", "A question that was asked before is"],
  ],
  "Are differently worded questions answered from memory too?": [
    ["plugins/cache-semantic/README.md", "A second look for questions that mean the same"],
  ],
  "Which process asks the vendor when ten servers get the same prompt at once?": [
    ["plugins/cache-redis/README.md", "Many that ask the same at once make one request"],
  ],
}

const decision = (page: string, question: string, anchor: string): JudgedQuestion => ({
  question,
  source: `docs/decisions/${page}.md`,
  anchor,
})

/** Written by hand about this repository's own documentation, in words of their own. */
export const questions: ReadonlyArray<JudgedQuestion> = [
  ...guide("01-introduction", [
    [
      "What problem does this project solve, why would I not just use the vendor's SDK?",
      "Streams are cut and presented",
    ],
    ["Can API credentials end up in my logs?", "Secrets never appear"],
    ["Which folder contains the individual capabilities?", "holds one capability each"],
    ["Does aborting on my side also stop the network traffic to the vendor?", "Interrupting a call cancels"],
  ]),
  ...guide("02-getting-started", [
    ["Which version of Node do I have to have?", "Switchyard needs Node"],
    ["How do I point it at my own Ollama server?", "speaks OpenAI's wire"],
    ["Can I try it out if I do not have an account with any vendor?", "answers from its own documentation"],
    ["Where does it take the OpenAI key from?", "reads its key from the environment variable"],
    ["Can the command line answer questions about a text file of mine?", "To answer from your own files"],
  ]),
  ...guide("03-calls", [
    ["What is the default maximum time for a complete request including retries?", "its default is ten minutes"],
    ["How do I force the model to reply with JSON that matches a schema?", "To get JSON, set"],
    ["How can I get vectors for a list of texts?", "returns one vector per input"],
    [
      "What happens to a temperature setting that a vendor does not support?",
      "A setting that a provider cannot honour",
    ],
    ["How do I stop a running request from my code?", "AbortSignal"],
    ["Is the token count zero if the vendor did not tell it?", "is absent, never zero"],
    ["How is the name of a model written?", "A model is written as"],
  ]),
  ...guide("04-streaming", [
    ["How do I print text piece by piece while it is generated?", "for await (const text of stream.text())"],
    ["The connection broke in the middle of the reply, what do I get?", "it fails with `Truncated`"],
    ["Can I have nothing shown until the whole reply has been checked?", "passes nothing on until"],
    ["Can another model finish a reply that was broken off?", "lets another candidate continue"],
  ]),
  ...guide("05-errors", [
    ["How do I tell a rate limit from an account without credit?", "QuotaExhausted`: the account is empty"],
    ["How do I know if it makes sense to send the same thing again after a failure?", "Each error has a `recovery`"],
    ["Which exception class should I catch with instanceof?", "so that `instanceof` works"],
    ["What does NoRoute mean?", "`ModelNotFound` and `NoRoute`"],
  ]),
  ...guide("06-configuration", [
    ["Where does the program look for its settings file?", "looking in the working folder"],
    ["Can I write the settings as JSON instead of TypeScript?", "A JSON config names plugins"],
    ["How do I give a nickname to a model?", "A route is an alias"],
    [
      "Is my OpenAI key sent to a third party server when I change the base URL?",
      "own endpoint and to `OPENAI_BASE_URL` only",
    ],
    ["How do I keep a secret out of the JSON file?", "is replaced by the environment variable"],
  ]),
  ...guide("07-plugins", [
    ["How do I publish a plugin?", "give the package the keyword"],
    ["Does it matter in which sequence I list my extensions?", "The order in which plugins are listed"],
    ["How do I create my own provider?", "To write a plugin, call"],
    [
      "What happens when an extension was made for an older version of the kernel?",
      "The kernel accepts a plugin of its own version",
    ],
    ["Is there a test suite that third-party authors can run?", "and a conformance suite"],
    ["How many caches can be active together?", "It has one router, one failover"],
  ]),
  ...guide("08-command-line", [
    ["What do the exit statuses of the CLI mean?", "The exit code is 0"],
    ["How do I set up tab completion in zsh?", "prints a completion script"],
    ["How do I see from the shell why a request went to a certain model?", "prints every decision to stderr"],
    ["How can I approve a pending ticket from the terminal?", "switchyard review approve"],
    ["Which command checks that my installation is healthy?", "`switchyard doctor` checks Node"],
    ["How do I set a time limit on the command line?", "bounds the whole call, as in"],
  ]),
  ...guide("09-concepts", [
    ["What is hedging?", "Hedging is the start"],
    ["Explain what a circuit breaker does", "A circuit breaker is a switch"],
    ["What is the difference between tags and tenants?", "Tags, in contrast"],
    ["What is meant by an attempt?", "An attempt is one request"],
    ["What does the verdict contain?", "A verdict is what the validators"],
  ]),
  ...guide("10-tools", [
    ["How many rounds can a tool loop take at most?", "eight by default"],
    ["What if a function that the model called throws an exception?", "Wrong arguments, unknown tools"],
    ["How do I let a human confirm before a function is executed?", "runs only when a person allows it"],
    ["Can I use zod to describe the parameters of a function?", "The schema is one of Effect, zod 4"],
    ["How do I watch an object grow while the model is writing it?", "gives snapshots of the object"],
  ]),
  ...guide("11-models-and-images", [
    ["How do I attach a picture to a question?", "An image is a `file` part"],
    ["Can I use it together with the Vercel AI SDK?", "makes any AI SDK model a provider"],
    [
      "Can the user make my server download a picture from an internal address?",
      "A URL that leads to a private address",
    ],
    ["Can I go on with the same chat at another vendor?", "may go to another vendor"],
    ["How do I run a GGUF file on my machine?", "runs a GGUF file in your own process"],
  ]),
  ...guide("12-resilience", [
    ["How are several processes told that a vendor is down?", "several processes share what they found"],
    [
      "How do I make it switch to a second vendor when the first is down?",
      "goes to the next candidate when a provider is ill",
    ],
    ["Does waiting between repeated calls get longer?", "backs off with jitter"],
    ["Where are calls kept that somebody has to look at?", "keeps a durable queue of tickets"],
    ["How do I get notified of an outage by a webhook?", "and a webhook can be told"],
  ]),
  ...guide("13-validation-and-quality", [
    ["How do I find out whether a reply is made up or backed by the sources?", "whether its claims are supported"],
    ["Which validator finds leaked passwords or personal information?", "refusals, secrets, personal data"],
    ["Can a second model grade the reply?", "has another model judge"],
    ["How do I combine several checks, the cheap ones first?", "asks the cheap ones first"],
    ["Can it mend broken JSON?", "finds JSON in whatever a model wraps it in"],
  ]),
  ...guide("14-cache-and-usage", [
    ["How do I avoid paying twice for the same prompt?", "keeps answers in memory"],
    ["How do I put a cap on the monthly bill of one customer?", "A budget limits money"],
    ["What happens if Redis goes down?", "When Redis is slow or away"],
    ["How do I see what each model has cost me so far?", "shows it by model, provider, tag"],
    ["Are differently worded questions answered from memory too?", "looks a second time, by meaning"],
  ]),
  decision(
    "0002-one-fiber-per-stream",
    "Why does every stream have a fiber of its own?",
    "runs the provider's stream in one fiber",
  ),
  decision(
    "0003-chat-stream-needs-a-finish-reason",
    "Why is [DONE] alone not accepted as the end?",
    "only when a `finish_reason` came",
  ),
  decision(
    "0004-heavy-tools-install-on-demand",
    "Why are the linters not part of the normal install?",
    "installs of their own",
  ),
  decision("0007-a-slow-cache-is-left-out", "How long may a cache lookup take?", "at most two seconds"),
  decision("0010-word-vectors-are-built", "Why is the table of word vectors not in git?", "more\nthan all the rest"),
  decision("0012-a-breaker-of-our-own", "Why did you not use the breaker that Effect has?", "judges by failures alone"),
  {
    question: "How can I set up the repository for development?",
    source: "CONTRIBUTING.md",
    anchor: "on a machine with git",
  },
  { question: "Do pull requests need a changelog entry?", source: "CONTRIBUTING.md", anchor: "comes with a changeset" },
  {
    question: "What does the wait between retries depend on with decorrelated jitter?",
    source: "plugins/retry-staged/README.md",
    anchor: "random(baseMs, previous",
  },
  {
    question: "Which process asks the vendor when ten servers get the same prompt at once?",
    source: "plugins/cache-redis/README.md",
    anchor: "fencing token",
  },
  {
    question: "How large is the file with the English word vectors?",
    source: "plugins/embed-local/README.md",
    anchor: "in the published package and not in git",
  },
  {
    question: "How are sentences of Thai or Chinese split?",
    source: "plugins/rag-chunking/README.md",
    anchor: "Words of Thai, Lao, Khmer",
  },
  {
    question: "How do I select only vectors whose metadata has a certain value?",
    source: "packages/rag/README.md",
    anchor: "A field that holds a list matches",
  },
]
