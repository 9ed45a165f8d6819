import type { RubricItem } from '../../../records/rubric.ts'
import type { CheckSpec, TextCheck } from '../checks/check-spec.ts'
import type { ChoiceJudge } from './choice-judge.ts'
import type { EvaluatorEntry, ReadyMadeJudge } from './prompt-file.ts'

/** What GitHub's ready-made judges ask, as a yes-or-no question for our own. */
const questions: Record<ReadyMadeJudge, string> = {
  similarity: 'Does the output say the same as the expected answer, with no fact missing, added or changed?',
  coherence:
    'Is the output well organised, so that each sentence follows from the one before it and the whole is easy to follow?',
  fluency: 'Is the output written in correct, natural language, without errors of grammar, spelling or word choice?',
  relevance: 'Does the output answer what the input asks for, completely and without wandering off?',
  groundedness: 'Is every claim of the output supported by the input, with nothing made up?',
}

/** GitHub checks these keys in this order and uses the first that holds a text. */
const comparisons = ['equals', 'contains', 'startsWith', 'endsWith'] as const

/** Evaluators as checks, choices and rubric items, and the reason and index of each one that cannot be used. */
export interface Evaluators {
  checks: CheckSpec[]
  choices: ChoiceJudge[]
  rubric: RubricItem[]
  faults: { index: number; message: string }[]
}

/**
 * Translates GitHub's evaluators: `string` becomes a check (`equals` tells upper from lower case, the others do not, as
 * in gh-models), `llm` a judge with choices, `uses: github/...` a rubric item of the same meaning.
 */
export function evaluatorsOf(entries: readonly EvaluatorEntry[], reservedIds: readonly string[]): Evaluators {
  const result: Evaluators = { checks: [], choices: [], rubric: [], faults: [] }
  for (const [index, entry] of entries.entries()) {
    const check = textCheck(entry)
    if (check !== undefined) result.checks.push(check)
    else if (entry.llm) {
      const { modelId, ...llm } = entry.llm
      const judge = { name: entry.name ?? `evaluator-${index + 1}`, ...llm, weight: 1 }
      result.choices.push(modelId === undefined ? judge : { ...judge, model: modelId })
    } else if (entry.uses) {
      const ids = [...reservedIds, ...result.rubric.map(({ id }) => id)]
      result.rubric.push(readyMade(entry.uses.slice('github/'.length) as ReadyMadeJudge, ids))
    } else result.faults.push({ index, message: 'evaluates nothing; give "string" with a text, "llm" or "uses"' })
  }
  return result
}

function textCheck({ name, string }: EvaluatorEntry): TextCheck | undefined {
  const type = comparisons.find((comparison) => string?.[comparison])
  const value = type && string?.[type]
  if (!type || !value) return undefined
  const caseSensitive = type === 'equals'
  return { type, value, negate: false, name: name ?? `${type} "${value}"`, weight: 1, must: false, caseSensitive }
}

function readyMade(judge: ReadyMadeJudge, taken: readonly string[]): RubricItem {
  let id: string = judge
  for (let number = 2; taken.includes(id); number++) id = `${judge}-${number}`
  return { id, ask: questions[judge], weight: 1, must: false }
}
