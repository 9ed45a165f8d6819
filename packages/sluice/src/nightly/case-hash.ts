import { createHash } from 'node:crypto'
import type { Case } from '../suite/case.ts'
import type { Prompt } from '../suite/prompt.ts'
import { canonicalJson } from '../suite/version.ts'

/**
 * 12 hex over what is asked and how the answer is scored: variables, reference, checks and rubric of the case and of its
 * prompt. Tags and weights say which cases count how much, not what an answer is worth. The code of a module is not seen.
 */
export function caseHash(testCase: Case, prompt: Prompt, root: string): string {
  const { vars, expected, checks, rubric } = testCase
  const measure = { checks: prompt.checks, rubric: prompt.rubric, choices: prompt.choices, reasoning: prompt.reasoning }
  const expect = testCase.expect ?? prompt.expect
  const text = canonicalJson({ vars, expected, expect, checks, rubric, measure }).replaceAll(root, '')
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
