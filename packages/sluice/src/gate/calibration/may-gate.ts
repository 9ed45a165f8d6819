import type { GateSettings } from '../../core/suite/config/config.ts'
import type { BoundedEstimate, CalibrationMeasures, CalibrationVerdict } from '../../records/report/calibration.ts'
import { clopperPearson } from '../../stats/index.ts'
import { formatAmount, formatCount, formatScore } from '../../text/format.ts'

/** What a judge has to reach. Null asks for nothing. */
export interface JudgeRule {
  minKappa: number
  minTpr: number | null
  minTnr: number | null
}

/** What the judge of a project has to reach. */
export function judgeRuleOf({ judge: { minKappa, minTpr, minTnr } }: GateSettings): JudgeRule {
  return { minKappa, minTpr: minTpr ?? null, minTnr: minTnr ?? null }
}

/** A rate with as many independent labels as it is worth. */
export interface JudgeRate extends BoundedEstimate {
  trials: number
}

export interface Ruled {
  labels: number
  kappa: BoundedEstimate | null
  whyNoKappa: string | null
  tpr: JudgeRate | null
  tnr: JudgeRate | null
}

type Ruling = Pick<CalibrationMeasures, 'verdict' | 'labelsNeeded' | 'reason'>

/** Fewer labels, of an item or of all together, say nothing, whatever an interval says. */
export const leastLabels = 10
/** More labels than these are not asked for: then other questions or another judge are the way. */
const mostLabels = 5_000

interface Criterion {
  name: string
  least: number
  estimate: BoundedEstimate | null
  why: string
  /** How many times as many labels would decide, if further ones are like these. */
  times(estimate: BoundedEstimate): number
}

/**
 * The rule: the lower ends of kappa, and of the rates that are asked for, reach their least value. A judge may not gate
 * where an upper end stays below. Where all labels are alike there is no kappa, but a judge that contradicts them is
 * shown to be wrong all the same: on as many good as bad outputs kappa is TPR + TNR - 1, and so at most the rate that
 * is known. Else there are too few labels, and how many more would decide is computed as if further labels were like
 * these: the distance of an end of kappa's interval shrinks with the root of their number, and a rate has the interval
 * of Clopper and Pearson.
 */
export function mayGate(measured: Ruled, rule: JudgeRule): Ruling {
  const { labels } = measured
  const criteria = criteriaOf(measured, rule)
  const failed = [...criteria, ...onlyRateOf(measured, rule)].find(
    ({ estimate, least }) => estimate?.high != null && estimate.high < least,
  )
  if (labels >= leastLabels && failed?.estimate)
    return ruling('may not gate', `${shown(failed)} is below ${failed.least}`, null)
  const open = criteria.filter(({ estimate, least }) => !(estimate?.low != null && estimate.low >= least))
  if (labels >= leastLabels && open.length === 0)
    return ruling('may gate', criteria.map((each) => `${shown(each)} is at least ${each.least}`).join(', '), null)
  const needed = Math.max(leastLabels - labels, 1, ...open.map((each) => moreFor(each, labels)))
  const [first] = open
  const why =
    labels < leastLabels || !first
      ? `${formatAmount(labels, 'label')}, and fewer than ${leastLabels} say nothing`
      : first.estimate
        ? `${shown(first)} leaves ${first.least} open`
        : first.why
  return ruling('too few labels', why, needed <= mostLabels ? needed : null)
}

/** `too few labels (12 more)` */
export function rulingText(verdict: CalibrationVerdict, labelsNeeded: number | null): string {
  return labelsNeeded === null ? verdict : `${verdict} (${formatCount(labelsNeeded)} more)`
}

function criteriaOf({ kappa, whyNoKappa, tpr, tnr }: Ruled, { minKappa, minTpr, minTnr }: JudgeRule): Criterion[] {
  const rate = (name: string, least: number | null, estimate: JudgeRate | null, why: string): Criterion[] =>
    least === null
      ? []
      : [{ name, least, estimate, why, times: () => (estimate ? timesOfRate(estimate, least) : Number.NaN) }]
  return [
    {
      name: 'kappa',
      least: minKappa,
      estimate: kappa,
      why: whyNoKappa ?? 'kappa is not known',
      times: (estimate) => timesOfKappa(estimate, minKappa),
    },
    ...rate('TPR', minTpr, tpr, 'nothing was labelled yes'),
    ...rate('TNR', minTnr, tnr, 'nothing was labelled no'),
  ]
}

/** The one rate that is known where all labels are alike, as the most that kappa could be. */
function onlyRateOf(
  { whyNoKappa, tpr, tnr }: Ruled,
  { minKappa }: JudgeRule,
): Pick<Criterion, 'name' | 'least' | 'estimate'>[] {
  if (whyNoKappa === null || (tpr && tnr)) return []
  return [
    { name: 'TPR', least: minKappa, estimate: tpr },
    { name: 'TNR', least: minKappa, estimate: tnr },
  ]
}

function shown({ name, estimate }: Pick<Criterion, 'name' | 'estimate'>): string {
  if (!estimate) return name
  return `${name} ${formatScore(estimate.value)} [${formatScore(estimate.low)}, ${formatScore(estimate.high)}]`
}

/** Infinity where more labels of this kind do not decide. */
function moreFor({ estimate, times }: Criterion, labels: number): number {
  if (!estimate) return Number.POSITIVE_INFINITY
  const more = Math.ceil(labels * (times(estimate) - 1))
  return Number.isFinite(more) ? Math.max(1, more) : Number.POSITIVE_INFINITY
}

function timesOfKappa({ value, low, high }: BoundedEstimate, least: number): number {
  if (low === null || high === null) return Number.POSITIVE_INFINITY
  const distance = value >= least ? value - low : high - value
  return (distance / Math.abs(value - least)) ** 2
}

function timesOfRate({ value, trials }: JudgeRate, least: number): number {
  const decides = (times: number) => {
    const { low, high } = clopperPearson(value * trials * times, trials * times)
    return value >= least ? low >= least : high < least
  }
  let enough = 1
  while (!decides(enough) && enough < mostLabels) enough *= 1.1
  return enough < mostLabels ? enough : Number.POSITIVE_INFINITY
}

function ruling(verdict: CalibrationVerdict, reason: string, labelsNeeded: number | null): Ruling {
  return { verdict, reason, labelsNeeded }
}
