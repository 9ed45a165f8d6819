import type { Calibration, CalibrationMeasures, Confusion } from '../../records/report/calibration.ts'
import { withInterval } from '../../records/report/calibration-summary.ts'
import { formatAmount, formatChange, formatCount, formatPercent, formatScore } from '../../text/format.ts'
import { type Cell, columns, wrap } from '../../text/layout.ts'
import { correctedSentence, versionSentence } from '../report/calibration-notes.ts'
import { rulingText } from './may-gate.ts'

/** The calibration of a judge, for a terminal: the verdict, the table, what else was found, and the next step. */
export function calibrationReport(calibration: Calibration, width: number): string {
  const { feature, judge, all, items } = calibration
  const blocks = [
    wrap(`${feature}: judge ${judge.model} (${judge.id})`, width),
    wrap(verdictLine(calibration), width),
    all ? tableOf([...items, { item: 'all', ...all }], width) : [],
    all ? confusionLines(all, width) : [],
    findings(calibration).flatMap((line) => hanging(line, width)),
    whatToDo(calibration).flatMap((line) => wrap(line, width)),
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

/** `MAY GATE: kappa 0.812 [0.660, 0.920] is at least 0.6`. */
function verdictLine({ verdict, state, reason, labelsNeeded }: Calibration): string {
  const word = verdict?.toUpperCase() ?? (state === 'stale' ? 'STALE' : 'NOT CALIBRATED')
  const more = labelsNeeded === null ? '' : ` (about ${formatAmount(labelsNeeded, 'more label')})`
  return `${word}${more}: ${reason}.`
}

function tableOf(rows: Calibration['items'], width: number): string[] {
  const head = ['item', 'labels', 'kappa', 'QWK', 'TPR', 'TNR', 'verdict'].map((text): Cell => ({ text }))
  return columns(
    [
      head,
      ...rows.map((row): Cell[] => [
        { text: row.item },
        { text: formatCount(row.labels), align: 'right' },
        { text: withInterval(row.kappa) },
        { text: row.qwk ? formatScore(row.qwk.value) : 'n/a' },
        { text: withInterval(row.tpr) },
        { text: withInterval(row.tnr) },
        { text: rowVerdict(row) },
      ]),
    ],
    width,
  )
}

function rowVerdict({ verdict, labelsNeeded, labels, whyNoKappa }: CalibrationMeasures): string {
  if (labels === 0) return 'no labels'
  if (whyNoKappa !== null) return `${verdict}: all labels alike`
  return rulingText(verdict, labelsNeeded)
}

function confusionLines({ confusion: { yes, no } }: CalibrationMeasures, width: number): string[] {
  const number = (value: number): Cell => ({ text: String(Number(value.toFixed(1))), align: 'right' })
  const row = (name: string, counts: Confusion['no']): Cell[] => [
    { text: name },
    number(counts.yes),
    number(counts.no),
    number(counts.cannotTell),
  ]
  const head = ['people \\ judge', 'yes', 'no', 'cannot tell'].map(
    (text, index): Cell => (index === 0 ? { text } : { text, align: 'right' }),
  )
  return columns([head, row('yes', yes), row('no', no)], width)
}

/** What else the labels say, each with its name first. */
function findings(calibration: Calibration): string[] {
  const { state, labellers, selfConsistency, verbosityBias, versionBias, corrected, isotonic, confidence } = calibration
  if (state !== 'current') return leftOut(calibration)
  const unit = formatPercent(confidence)
  return [
    labellers.kappa
      ? `people       ${formatAmount(labellers.people, 'person', 'people')} agree in ${formatPercent(labellers.exact)} of ${formatAmount(labellers.twice, 'pair')}, kappa ${withInterval(labellers.kappa)}: no judge can be asked for more`
      : `people       their agreement is unknown: ${labellers.why}`,
    selfConsistency
      ? `repeats      ${formatPercent(selfConsistency.same)} of ${formatAmount(selfConsistency.outputs, 'item')} got the same verdict each time; two verdicts differ with probability ${withInterval(selfConsistency.flips)}`
      : 'repeats      each output was judged once, so whether the judge contradicts itself is unknown: --repeats 3',
    verbosityBias
      ? `length       outputs above ${formatCount(verbosityBias.medianLength)} characters get ${formatChange(verbosityBias.difference)} [${formatChange(verbosityBias.low)}, ${formatChange(verbosityBias.high)}] more than people give them, compared with shorter ones`
      : 'length       too few cases, or lengths that hardly differ, to see whether length sways the judge',
    'position     does not apply: the judge sees one output at a time',
    versionBias
      ? `versions     ${versionSentence(versionBias)}`
      : 'versions     outputs of a candidate and of a baseline are not both labelled in two cases or more',
    ...(corrected ? [`corrected    ${correctedSentence(corrected)}`] : []),
    ...(isotonic ? [`map          ${mapSentence(isotonic)}`] : []),
    ...leftOut(calibration),
    `             Intervals hold at ${unit} and count cases; n/a is not defined or not known.`,
  ]
}

function mapSentence(map: NonNullable<Calibration['isotonic']>): string {
  const shown = map.filter((_, index) => map.length <= 6 || index % Math.ceil(map.length / 6) === 0)
  return `a score of the judge to one of people: ${shown.map(({ judge, people }) => `${formatScore(judge)} -> ${formatScore(people)}`).join(', ')}`
}

function leftOut({ notCounted }: Calibration): string[] {
  const { unclear, conflicts, ofModels, sawJudge, unknown, notJudged, outdated = 0 } = notCounted
  const parts = [
    [unclear, 'where the rubric does not say'],
    [conflicts, 'on which people contradict each other'],
    [ofModels, 'by models'],
    [sawJudge, 'by people who had seen the judge'],
    [outdated, 'whose case or question has changed since'],
    [unknown, 'of unknown cases, items or texts'],
    [notJudged, 'without a verdict of this judge'],
  ] as const
  const counted = parts.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`)
  return counted.length === 0 ? [] : [`not counted  ${counted.join(', ')}`]
}

function whatToDo({ feature, state, verdict, notCounted: { notJudged } }: Calibration): string[] {
  // Without an output to be judged again, what is stale are the labels.
  if (state === 'stale' && notJudged === 0) return [`Next: sluice judge label ${feature}`]
  if (state === 'stale') return [`Next: sluice judge calibrate ${feature}`]
  if (state === 'unlabelled' || verdict === 'too few labels') return [`Next: sluice judge label ${feature}`]
  if (verdict === 'may not gate')
    return ['Next: sharpen the questions on which judge and people differ, or try another judge; then calibrate again.']
  return ['Next: commit the files in labels/, so that the gate finds them.']
}

/** A named line whose further lines stand under its text. */
function hanging(line: string, width: number): string[] {
  const indent = 13
  const [name, text] = [line.slice(0, indent), line.slice(indent)]
  return wrap(text, Math.max(20, width - indent)).map(
    (part, index) => `${index === 0 ? name : ' '.repeat(indent)}${part}`,
  )
}
