import { type Case, isWithoutAnswer } from '../../core/suite/cases/case.ts'
import { isMeasuring } from '../../core/suite/checks/check-spec.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { CaseDetail, JudgedItem } from '../../records/report/case-detail.ts'
import { claimsThatAre } from '../../records/report/judged-claims.ts'
import type { MeasuredClaims } from '../../records/report/measured.ts'
import { turnName } from './conversation.ts'
import type { NamedMeasured } from './score-table.ts'

/**
 * Names of the checks, and ids of the questions about claims, that measure a case, those of its turns as the report has
 * them. Where no answer is expected, those of the prompt do not apply.
 */
export function measuringChecks(
  { checks, rubric, expect }: Pick<Prompt, 'checks' | 'rubric' | 'expect'>,
  testCase: Case,
): string[] {
  const ofPrompt = isWithoutAnswer(testCase.expect ?? expect) ? { checks: [], rubric: [] } : { checks, rubric }
  const ofTurns = (testCase.turns ?? []).flatMap((turn, index) =>
    measuringNames(turn).map((name) => `${turnName(index)}: ${name}`),
  )
  return [...ofTurns, ...measuringNames(ofPrompt), ...measuringNames(testCase)]
}

function measuringNames({ checks, rubric }: Pick<Case, 'checks' | 'rubric'>): string[] {
  return [
    ...checks.filter(({ type }) => isMeasuring(type)).map(({ name }) => name),
    ...rubric.filter(({ claims }) => claims).map(({ id }) => id),
  ]
}

/** What checks and questions about claims measured of an answer, for the table of a run. */
export function measuredOfAnswer({ checks, judge }: Pick<CaseDetail, 'checks' | 'judge'>): NamedMeasured[] {
  return [
    ...checks.flatMap(({ name, measured }) => (measured ? [{ check: name, measured }] : [])),
    ...judge.flatMap((item) => {
      const measured = measuredClaims(item)
      return measured ? [{ check: item.id, measured }] : []
    }),
  ]
}

/** Undefined where the judge could not tell, though there are claims: an incomplete list measures nothing. */
function measuredClaims({ claims, score }: JudgedItem): MeasuredClaims | undefined {
  if (!claims || (score === undefined && claims.list.length > 0)) return undefined
  const [unsupported, contradicted] = [claimsThatAre('unsupported', claims), claimsThatAre('contradicted', claims)]
  return { kind: 'claims', claims: claims.list.length, unsupported, contradicted }
}
