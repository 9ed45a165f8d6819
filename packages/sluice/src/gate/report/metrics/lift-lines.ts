import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import type { LiftReport } from '../../../records/report/lift-report.ts'
import { formatAmount, formatChange, formatInterval, formatPercent, formatScore } from '../../../text/format.ts'
import { excerpt } from '../../../text/untrusted.ts'

const harmedShown = 5
const nameLength = 80

type Estimate = LiftReport['lift']

/** The titles of the table of lift and harm. */
export function liftTitles({ baseline }: LiftReport): string[] {
  return ['', 'now', 'interval', ...(baseline ? ['before', 'change', 'interval'] : [])]
}

/**
 * Its rows: a name, the value with its interval, and that of the baseline with the change. Empty where nothing is
 * known.
 */
export function liftRows({ lift, harm, help, baseline, untold }: LiftReport): string[][] {
  if (untold !== null) return []
  const value = ({ value: known }: Estimate, format = formatScore) => format(known)
  const before = (was?: Estimate, change?: Estimate, format = formatScore) =>
    baseline
      ? [
          was ? value(was, format) : '',
          change ? value(change, formatChange) : '',
          change ? formatInterval(change, formatChange) : '',
        ]
      : []
  return [
    [
      'lift',
      ...[value(lift, formatChange), formatInterval(lift, formatChange)],
      ...before(baseline?.lift, baseline?.liftChange, formatChange),
    ],
    ['harm', ...[value(harm.share), formatInterval(harm.share)], ...before(baseline?.harm.share, baseline?.harmChange)],
    ...(harm.size.value === null
      ? []
      : [['size of harm', value(harm.size), formatInterval(harm.size), ...before(baseline?.harm.size)]]),
    ['help', value(help.share), formatInterval(help.share), ...before()],
  ]
}

/** What was left out, what the numbers are, and what a reader must know of them. */
export function liftSentences({ lift, confidence }: Pick<FeatureSummary, 'lift' | 'confidence'>): string[] {
  if (!lift) return []
  const { without, pairs, missing, withoutMean, margin, harmed, untold } = lift
  const files = without.map((file) => excerpt(file, nameLength)).join(', ')
  if (untold !== null) return [`What ${files} adds is unknown: ${untold}.`]
  const lost = missing === 0 ? '' : ` ${formatAmount(missing, 'case')} without a score there count for nothing.`
  const more = harmed.length > harmedShown ? `, and ${harmed.length - harmedShown} more` : ''
  return [
    `Lift is the mean of candidate minus a run without ${files}, which scores ${formatScore(withoutMean)} on ${formatAmount(pairs, 'pair')}.${lost} Harm is the share of answers that score lower than those without by more than ${formatScore(margin)}, help of those that score higher. Intervals are ${formatPercent(confidence)}, each on its own.`,
    ...(harmed.length === 0
      ? []
      : [
          `Worse than without: ${harmed
            .slice(0, harmedShown)
            .map((id) => excerpt(id, nameLength))
            .join(', ')}${more}.`,
        ]),
    ...(isAllTheSame(lift)
      ? [`Not one score differs with and without: perhaps the agent does not read ${files}, or reads it elsewhere.`]
      : []),
  ]
}

/** No answer is better or worse beyond the margin, and the mean is the same. */
function isAllTheSame({ lift, harm, help }: LiftReport): boolean {
  return lift.value === 0 && harm.share.value === 0 && help.share.value === 0
}
