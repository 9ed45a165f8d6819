import type { Calibration, CalibrationMeasures } from '../../records/report/calibration.ts'
import type { RubricItem } from '../../records/rubric.ts'
import { isotonic } from '../../stats/index.ts'
import { formatAmount } from '../../text/format.ts'
import type { Labels } from '../labels/read-labels.ts'
import { alikeItems, alikeText } from '../report/calibration-notes.ts'
import { type ComparedVersions, selfConsistency, verbosityBias, versionBias } from './biases.ts'
import { correctedMean, type RunVerdict } from './corrected-mean.ts'
import { confidence, measuresOf, shareOf } from './judge-measures.ts'
import { type JudgedLabel, type JudgedLabels, joinLabels, type LabelledCase } from './judged-labels.ts'
import { labellerAgreement } from './labeller-agreement.ts'
import { type JudgeRule, leastLabels } from './may-gate.ts'

export interface CalibrationInput {
  feature: string
  /** The judge in use; its id with the questions of the prompt. */
  judge: { id: string; model: string }
  labels: Pick<Labels, 'labels' | 'outputs' | 'judged' | 'leftOut'>
  caseOf: (caseId: string) => LabelledCase | undefined
  /** The rubric of the prompt. */
  rubric: readonly Pick<RubricItem, 'id' | 'weight'>[]
  rule: JudgeRule
  /** The largest acceptable drop, in [0,1]. */
  margin: number
  versions?: ComparedVersions | undefined
  /** The version that the run judged. */
  candidate?: string | undefined
  /** What the judge said in the run that the calibration is printed with. */
  run?: readonly RunVerdict[] | undefined
}

/**
 * The judge in use must have judged this share of the labelled items. Else a verdict that speaks against it may be
 * gone.
 */
const leastJudged = 0.98
const leastForMap = 50

/** What labels of people say about the judge in use. Nothing is taken from an earlier calibration. */
export function calibrate(input: CalibrationInput): Calibration {
  const { feature, judge, rule, margin, versions, run, rubric } = input
  const joined = joinLabels(input.labels, input.caseOf)
  const { labels, notJudged } = joined
  const base = {
    schema: 'sluice.judge-calibration/1' as const,
    feature,
    judge,
    rule,
    confidence,
    positionBias: null,
    labellers: labellerAgreement(joined),
    notCounted: notCountedOf(joined, input.labels.leftOut),
  }
  const missing = whyMissing(joined, input)
  if (missing) return { ...base, ...nothing, ...missing }
  const items = itemsOf(labels, rubric, rule)
  const all = measuresOf(labels, rule)
  const weightOf = (item: string) => rubric.find(({ id }) => id === item)?.weight ?? 1
  return {
    ...base,
    state: 'current',
    ...overall(all, items, rubric, { notJudged, outdated: input.labels.leftOut.otherMaterial }),
    all,
    items,
    selfConsistency: selfConsistency(labels),
    verbosityBias: verbosityBias(labels),
    versionBias: versionBias(labels, margin, versions),
    corrected: run ? correctedMean(labels, run, input.candidate) : null,
    isotonic: isotonicMap(labels, weightOf),
  }
}

const nothing = {
  verdict: null,
  labelsNeeded: null,
  all: null,
  items: [],
  selfConsistency: null,
  verbosityBias: null,
  versionBias: null,
  corrected: null,
  isotonic: null,
}

/**
 * In place of a calibration where a file of labels is damaged: the damaged line may be the one that speaks against the
 * judge.
 */
export function unreadableCalibration(
  { feature, judge, rule }: Pick<CalibrationInput, 'feature' | 'judge' | 'rule'>,
  reason: string,
): Calibration {
  const joined = { labels: [], pairs: [], people: 0, unclear: 0, conflicts: 0, notJudged: 0 }
  const leftOut = { unknownCase: 0, unknownItem: 0, noText: 0, otherMaterial: 0, ofModel: 0, sawJudge: 0 }
  return {
    schema: 'sluice.judge-calibration/1',
    feature,
    judge,
    rule,
    confidence,
    positionBias: null,
    labellers: labellerAgreement(joined),
    notCounted: notCountedOf(joined, leftOut),
    ...nothing,
    state: 'unreadable',
    reason,
  }
}

function whyMissing(
  { labels, notJudged, unclear, conflicts }: JudgedLabels,
  { feature, labels: { judged, leftOut }, judge }: CalibrationInput,
): Pick<Calibration, 'state' | 'reason'> | undefined {
  const labelled = labels.length + notJudged
  if (labelled === 0) {
    const uncounted = unclear + conflicts
    const changed = leftOut.otherMaterial
    if (changed > 0 && uncounted === 0)
      return {
        state: 'stale',
        reason: `case or question of ${formatAmount(changed, 'label')} ${changed === 1 ? 'has' : 'have'} changed since: run sluice judge label ${feature}`,
      }
    const why =
      uncounted > 0 ? `none of ${formatAmount(uncounted, 'labelled item')} says yes or no` : 'no labels of people'
    return { state: 'unlabelled', reason: `${why}: run sluice judge label ${feature}` }
  }
  if (labels.length / labelled >= leastJudged) return undefined
  const others = labels.length === 0 && judged.length > 0
  const what = others
    ? `the labelled outputs were judged by another judge than ${judge.id}`
    : `${notJudged} of ${formatAmount(labelled, 'labelled item')} have no verdict of this judge`
  return { state: 'stale', reason: `${what}: run sluice judge calibrate ${feature}` }
}

function notCountedOf(
  { unclear, conflicts, notJudged }: JudgedLabels,
  { ofModel, sawJudge, unknownCase, unknownItem, noText, otherMaterial }: Labels['leftOut'],
): Calibration['notCounted'] {
  const unknown = unknownCase + unknownItem + noText
  return { unclear, conflicts, ofModels: ofModel, sawJudge, unknown, notJudged, outdated: otherMaterial }
}

/** The items of the prompt, also those that nobody labelled, then those of single cases. */
function itemsOf(labels: readonly JudgedLabel[], rubric: CalibrationInput['rubric'], rule: JudgeRule) {
  const byItem = Map.groupBy(labels, ({ item }) => item)
  const ids = new Set([...rubric.map(({ id }) => id), ...byItem.keys()])
  return [...ids].map((item) => ({ item, ...measuresOf(byItem.get(item) ?? [], rule) }))
}

/**
 * The verdict on the judge as a whole: that of all items together, unless one item is shown to be bad, or an item of
 * the prompt has hardly any labels. Else a question that nobody looked at would gate on the merit of the others.
 */
function overall(
  all: CalibrationMeasures,
  items: Calibration['items'],
  rubric: CalibrationInput['rubric'],
  { notJudged, outdated }: { notJudged: number; outdated: number },
): Pick<Calibration, 'verdict' | 'reason' | 'labelsNeeded'> {
  const bad = items.find(({ verdict }) => verdict === 'may not gate')
  if (bad) return { verdict: 'may not gate', reason: `item ${bad.item}: ${bad.reason}`, labelsNeeded: null }
  const { verdict, reason, labelsNeeded } = all
  if (verdict !== 'may gate') return { verdict, reason, labelsNeeded }
  const few = items.filter(({ item, labels }) => labels < leastLabels && rubric.some(({ id }) => id === item))
  if (few.length > 0) {
    const missing = few.reduce((sum, { labels }) => sum + leastLabels - labels, 0)
    const names = few.map(({ item, labels }) => `${item} has ${labels}`).join(', ')
    const why = `each item needs ${leastLabels} labels: ${names}`
    return { verdict: 'too few labels', reason: why, labelsNeeded: missing }
  }
  const alike = alikeItems(items)
  const left = [
    ...(notJudged === 0 ? [] : [`; ${formatAmount(notJudged, 'label')} without a verdict of the judge left out`]),
    ...(outdated === 0 ? [] : [`; ${formatAmount(outdated, 'label')} whose case or question has changed left out`]),
  ].join('')
  return { verdict, reason: `${reason}${alike.length === 0 ? '' : `; ${alikeText(alike)}`}${left}`, labelsNeeded: null }
}

/** What people say of outputs that the judge scores so, never falling as its score rises. */
function isotonicMap(labels: readonly JudgedLabel[], weightOf: (item: string) => number): Calibration['isotonic'] {
  const outputs = [...Map.groupBy(labels, ({ output }) => output).values()]
  if (outputs.length < leastForMap) return null
  const points = outputs.map((own) => {
    let [judge, people, total] = [0, 0, 0]
    for (const { item, human, verdicts } of own) {
      const weight = weightOf(item)
      total += weight
      judge += weight * shareOf(verdicts, 'yes')
      people += weight * Number(human === 'yes')
    }
    return { judge: judge / total, people: people / total, weight: own[0]?.weight ?? 1 }
  })
  points.sort((a, b) => a.judge - b.judge)
  const [x, y, w] = [points.map(({ judge }) => judge), points.map(({ people }) => people), points.map((p) => p.weight)]
  const fit = isotonic(x, y, w)
  const map = new Map(x.map((judge, index) => [judge, fit[index] ?? 0]))
  return [...map].map(([judge, people]) => ({ judge, people: Math.min(1, Math.max(0, people)) }))
}
