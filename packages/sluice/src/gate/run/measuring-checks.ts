import { type Case, isWithoutAnswer } from '../../core/suite/cases/case.ts'
import { isMeasuring } from '../../core/suite/checks/check-spec.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { CaseDetail } from '../../records/report/case-detail.ts'
import { turnName } from './conversation.ts'
import type { NamedMeasured } from './score-table.ts'

/**
 * Names of the checks that measure a case, those of its turns as the report has them. Where no answer is expected, those of
 * the prompt do not apply.
 */
export function measuringChecks({ checks, expect }: Pick<Prompt, 'checks' | 'expect'>, testCase: Case): string[] {
  const ofPrompt = isWithoutAnswer(testCase.expect ?? expect) ? [] : checks
  const ofTurns = (testCase.turns ?? []).flatMap((turn, index) =>
    turn.checks.map(({ name, type }) => ({ type, name: `${turnName(index)}: ${name}` })),
  )
  return [...ofTurns, ...ofPrompt, ...testCase.checks].filter(({ type }) => isMeasuring(type)).map(({ name }) => name)
}

/** What the checks of an answer measured, for the table of a run. */
export function measuredOfChecks({ checks }: Pick<CaseDetail, 'checks'>): NamedMeasured[] {
  return checks.flatMap(({ name, measured }) => (measured ? [{ check: name, measured }] : []))
}
