import { formatPercent, formatScore } from '../../text/format.ts'
import { type ComparedRate, comparedFigures, watchedParts, worseWords } from '../rollout/assessment/signal-names.ts'
import { type AssessedSignals, unaskedSignals } from '../rollout/assessment/worse-so-far.ts'

type Rates = { readonly [rate in ComparedRate]?: number | null | undefined }

/** What is read of an assessment for the signals that have no say. */
export interface UnaskedOf extends AssessedSignals {
  canary: Rates
  incumbent: Rates
}

/** What both arms show of a signal that decides nothing; null: not known. */
export interface UnaskedRow {
  name: string
  canary: string | null
  incumbent: string | null
}

/** The figures of both arms of what decides nothing. What users say is shown where they say anything. */
export function unaskedRows(assessment: UnaskedOf): UnaskedRow[] {
  return unaskedSignals(assessment)
    .flatMap(({ signal }) => rowsOf(signal, assessment))
    .filter(({ name, canary, incumbent }) => name !== 'feedback' || canary !== null || incumbent !== null)
}

function rowsOf(signal: string, { canary, incumbent }: UnaskedOf): UnaskedRow[] {
  return comparedFigures(signal).map(({ name, rate }) => {
    const shown = (value: number | null | undefined) => {
      if (value == null) return null
      return rate === 'meanScore' || rate === 'meanFeedback' ? formatScore(value) : formatPercent(value)
    }
    return { name, canary: shown(canary[rate]), incumbent: shown(incumbent[rate]) }
  })
}

/** `errors 60 % of the canary, 0 % of the incumbent` */
export function unaskedFigures({ name, canary, incumbent }: UnaskedRow): string {
  return `${name} ${canary ?? 'not known'} of the canary, ${incumbent ?? 'not known'} of the incumbent`
}

/**
 * That a signal without a say is clearly worse; null where none is.
 * @example `more errors, which decides nothing (weight 0): errors 60 % of the canary, 0 % of the incumbent`
 */
export function unaskedHarm(assessment: UnaskedOf): string | null {
  const worse = unaskedSignals(assessment).filter(({ isClearlyWorse }) => isClearlyWorse)
  if (worse.length === 0) return null
  const figures = worse.flatMap(({ signal }) => rowsOf(signal, assessment)).map(unaskedFigures)
  return `${worse.map(({ signal }) => worseWords(signal)).join(' and ')}, which decides nothing (weight 0): ${figures.join('; ')}`
}

/**
 * What is not watched, since it has no weight; null where all is. What users say is never waited for.
 * @example `quality, errors`
 */
export function unwatchedNames(assessment: AssessedSignals): string | null {
  const unasked = unaskedSignals(assessment).map(({ signal }) => signal)
  const names = watchedParts(unasked.filter((signal) => signal !== 'feedback'))
  return names.length === 0 ? null : names.join(', ')
}
