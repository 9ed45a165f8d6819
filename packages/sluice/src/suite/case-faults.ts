import { type Case, isWithoutAnswer } from './case.ts'
import { checkFaults } from './check-faults.ts'
import type { Config } from './config.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Prompt } from './prompt.ts'
import type { Source } from './source.ts'
import { located, locatedKey } from './validate.ts'

/** What is wrong with a case of a prompt, apart from its variables: nothing to score it by, or not enough to do it. */
export function caseFaults(
  prompt: Prompt,
  item: Case,
  source: Source,
  config: Pick<Config, 'providers' | 'embedding'>,
): Diagnostic[] {
  const severity = prompt.strict ? 'error' : 'warning'
  const faults = item.checks.flatMap((spec, index) => checkFaults(spec, source, ['checks', index], config))
  if (!isScored(prompt, item)) {
    const message = `nothing scores the case "${item.id}"; add checks or a rubric to it or to ${prompt.file}`
    faults.push(located(source, [], message, severity))
  }
  if (prompt.strict && Object.hasOwn(item.vars, 'expected')) {
    faults.push(
      locatedKey(source, ['vars'], 'expected', 'the name is taken by the reference answer; move it out of "vars"'),
    )
  }
  const lacking = referenceNeeded(prompt, item)
  if (lacking !== undefined) {
    const message = `the case "${item.id}" has no expected answer, which ${lacking} compares with; add "expected", or "to" to the check`
    faults.push(located(source, [], message))
  }
  for (const [index, { id }] of item.rubric.entries()) {
    if (!prompt.rubric.some((other) => other.id === id)) continue
    faults.push(located(source, ['rubric', index, 'id'], `"${id}" is already an item of the rubric of ${prompt.file}`))
  }
  return faults
}

/** Whether anything of weight says what an answer is worth; for a case without one, that there is none does. */
function isScored({ checks, rubric, choices, expect }: Prompt, item: Case): boolean {
  if (isWithoutAnswer(item.expect ?? expect)) return true
  return [...checks, ...rubric, ...choices, ...item.checks, ...item.rubric].some(({ weight }) => weight > 0)
}

/** The name of a check that needs the case's reference answer in vain. */
function referenceNeeded({ checks }: Prompt, item: Case): string | undefined {
  if (item.expected !== undefined) return undefined
  return [...checks, ...item.checks].find((spec) => spec.type === 'similarity' && spec.value.to === undefined)?.name
}
