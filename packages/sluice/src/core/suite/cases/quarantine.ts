import { formatAmount } from '../../../text/format.ts'
import { dayMs } from '../../../time-units.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located } from '../diagnostics/validate.ts'
import type { Case, Quarantine } from './case.ts'

/** A quarantine that lasts longer is a case that was given up: mend it or remove it. */
const longestDays = 180
/** From this share of quarantined cases on, a verdict rests on too little of its suite. */
const largestShare = 0.1

/** Whether a quarantine still holds on a day such as 2026-11-26; it holds on its last day. */
export function holds({ until }: Quarantine, today: string): boolean {
  return until >= today
}

/** What of a prompt decides whether its cases may be in quarantine. */
interface ScoringPrompt {
  file: string
  checks: readonly { must: boolean }[]
  rubric: readonly { must: boolean }[]
}

/** What forbids the quarantine of a case, and that it has ended. */
export function quarantineFaults(
  { quarantine, critical, checks, rubric, turns = [] }: Case,
  prompt: ScoringPrompt | undefined,
  source: Source,
  today: string,
): Diagnostic[] {
  if (quarantine === undefined) return []
  const refused = (message: string) => [located(source, ['quarantine'], message)]
  if (critical) return refused('a critical case cannot be in quarantine: remove "quarantine", or "critical"')
  const ofTurns = turns.flatMap((turn) => [...turn.checks, ...turn.rubric])
  const mustPass = [...checks, ...rubric, ...ofTurns].some(({ must }) => must)
  if (mustPass)
    return refused(
      'the case has a check or a question that must pass, so it cannot be in quarantine: remove one of both',
    )
  if (prompt && [...prompt.checks, ...prompt.rubric].some(({ must }) => must))
    return refused(
      `${prompt.file} has a check or a question that must pass on every case, so none can be in quarantine`,
    )
  if (Date.parse(quarantine.until) - Date.parse(today) > longestDays * dayMs)
    return refused(
      `a quarantine ends within ${longestDays} days; give an earlier day, and renew it if the reason still holds`,
    )
  if (holds(quarantine, today)) return []
  const message = `the quarantine ended on ${quarantine.until}, and the case counts again; remove "quarantine", or fix the case`
  return [located(source, ['quarantine'], message, 'warning')]
}

/** Says that too many of a suite's cases are in quarantine; undefined where they are not. */
export function quarantineShareText(quarantined: number, cases: number): string | undefined {
  if (quarantined <= largestShare * cases) return undefined
  return `${formatAmount(quarantined, 'case')} of ${cases} are in quarantine, more than a tenth: a verdict rests on the others alone. Mend or remove some.`
}
