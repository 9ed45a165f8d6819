import { createHash } from 'node:crypto'
import type { Case } from '../../core/suite/cases/case.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'

/**
 * 12 hex digits over what is asked and how the answer is scored: variables, conversation, reference, checks and rubric
 * of the case, and those of its prompt. Tags and weights are left out, since they do not change the score of an answer.
 * The code of a module is not included.
 */
export function caseHash(testCase: Case, prompt: Prompt, root: string): string {
  const { vars, expected, checks, rubric, messages, turns, simulate, onFailure } = testCase
  const talk = { messages, turns, simulate, onFailure }
  const measure = { checks: prompt.checks, rubric: prompt.rubric, choices: prompt.choices, reasoning: prompt.reasoning }
  const expect = testCase.expect ?? prompt.expect
  const text = canonicalJson({ vars, expected, expect, checks, rubric, measure, ...talk }).replaceAll(root, '')
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
