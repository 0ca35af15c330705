import { alone } from "./alone.ts"
import { answers } from "./answers.ts"
import { cancellation } from "./cancellation.ts"
import { embeddings } from "./embeddings.ts"
import { errors } from "./errors.ts"
import { faults } from "./faults.ts"
import { identity } from "./identity.ts"
import { media } from "./media.ts"
import { messages } from "./messages.ts"
import { privacy } from "./privacy.ts"
import { replay } from "./replay.ts"
import { refusals } from "./refusals.ts"
import { secrets } from "./secrets.ts"
import { settingsGroup } from "./settings.ts"
import { streaming } from "./streaming.ts"
import type { ProviderConformance } from "./Suite.ts"
import { tolerance } from "./tolerance.ts"
import { toolsAndOutput } from "./tools.ts"
import { usageGroup } from "./usage.ts"
import { group } from "./group.ts"

/** What every provider promises, and what only one with an upstream can break. */
const everywhere = [identity, settingsGroup, refusals]
const onTheWire = [
  messages,
  media,
  toolsAndOutput,
  privacy,
  replay,
  answers,
  usageGroup,
  streaming,
  embeddings,
  errors,
  faults,
  cancellation,
  secrets,
  tolerance,
]

/**
 * Declares the tests that a provider plugin must pass. Call it once per API and capability set, at the top level of a
 * vitest file. Real sockets and real time; about five seconds of it per provider.
 */
export const providerConformance = (suite: ProviderConformance): void =>
  group(suite.name, () => {
    const groups = suite.capabilities.upstream === false ? [...everywhere, alone] : [...everywhere, ...onTheWire]
    for (const promises of groups) promises(suite)
  })
