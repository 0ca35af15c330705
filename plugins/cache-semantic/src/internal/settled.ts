import * as amount from "./amountRules.ts"
import * as context from "./contextRules.ts"
import { converted } from "./conversion.ts"
import * as question from "./questionRules.ts"
import type { Asked, Rule } from "./rule.ts"
import * as wording from "./wordingRules.ts"

/** Of what to do about it, what has happened is said before or after "if". */
const remedied: Rule = ({ type, concepts }) =>
  type === "@remedy"
    ? {
        concepts: concepts.map((concept) =>
          /^(?:if|when)$/.test(concept.role) ? { ...concept, role: "core" } : concept,
        ),
      }
    : undefined

/** One after the other. */
const rules: ReadonlyArray<Rule> = [
  question.explained,
  context.inContext,
  amount.kept,
  question.lessImplied,
  context.allowed,
  context.needed,
  context.choice,
  question.lightVerbs,
  question.impersonal,
  question.translated,
  wording.wordFor,
  amount.priceAsked,
  question.artefact,
  question.worked,
  question.found,
  question.advice,
  question.asHow,
  wording.duties,
  question.agent,
  question.persons,
  amount.amounts,
  wording.endings,
  wording.otherwise,
  amount.calculated,
  wording.recipe,
  wording.prevented,
  wording.handled,
  wording.forMe,
  wording.placed,
  amount.priced,
  wording.workedIn,
  wording.removed,
  wording.exited,
  wording.refused,
  wording.namedFor,
  wording.madeMore,
  amount.lasting,
  wording.quoted,
  amount.point,
  wording.mutual,
  remedied,
  ({ type, concepts }) => {
    const [kind, both] = converted(type, concepts)
    return { type: kind, concepts: both }
  },
]

/** Kinds of question that are asked in more than one way are brought into one. */
export const settled = (asked: Asked): Asked =>
  rules.reduce<Asked>((state, rule) => {
    const changed = rule(state)
    return changed === undefined ? state : { ...state, ...changed }
  }, asked)
