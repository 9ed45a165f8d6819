import { SluiceError } from '../../../errors.ts'
import { isWithoutAnswer } from '../cases/case.ts'
import type { Prompt } from './prompt.ts'

/**
 * The reason why a feature cannot be judged, as far as its prompt file shows; undefined where it can. Cases that
 * nothing scores occur only in GitHub's files, since they are an error in a strict file.
 */
export function whyUnjudgeable({ suites, inlineCases, file, ...prompt }: Prompt): string | undefined {
  if (Object.keys(suites).length === 0 && inlineCases.length === 0) {
    return `${file} has no cases: add testData, or "sluice: 1" and suites`
  }
  const { strict, expect, checks, rubric, choices } = prompt
  if (strict || isWithoutAnswer(expect) || [...checks, ...rubric, ...choices].some(({ weight }) => weight > 0)) {
    return undefined
  }
  return `nothing scores the cases of ${file}: add evaluators, or "sluice: 1" and checks or a rubric`
}

/** @throws SluiceError `invalid-input` for a feature that cannot be judged */
export function requireJudgeable(prompt: Prompt): void {
  const why = whyUnjudgeable(prompt)
  if (why !== undefined) throw new SluiceError('invalid-input', why)
}
