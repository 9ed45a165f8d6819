import type { DrillProposal, DrillRate, DrillReport, DrillSurvivor } from '../../records/report/drill-report.ts'
import { formatAmount, formatChange, formatCount, formatPercent, formatScore, formatUsd } from '../../text/format.ts'
import { type Cell, columns, truncate, wrap } from '../../text/layout.ts'
import { visibleData, visibleText } from '../../text/untrusted.ts'
import { strengths } from './plan-mutants.ts'

/** What a drill found, for a terminal. */
export function drillText(given: DrillReport, width: number): string {
  const report = visibleData(given)
  const blocks = [
    headOf(report).flatMap((text) => wrap(text, width)),
    report.message === null ? [] : wrap(report.message, width),
    report.rates.length === 0 ? [] : rateTable(report, width),
    captions(report).flatMap((text) => wrap(text, width)),
    report.notes.flatMap((text) => wrap(`- ${text}`, width)),
    ...survivorBlocks({ ...report, survivors: given.survivors.map(visibleSurvivor) }, width),
    versionTable(report, width),
    unnoticedLines({ ...report, unnoticed: given.unnoticed }, width),
    [...report.notApplicable.map(notApplicableLine)].flatMap((text) => wrap(`- ${text}`, width)),
    [...wrap(costLine(report), width), `Again: ${report.reproduce}`],
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

function headOf({ feature, suite, baseline, seed }: DrillReport): string[] {
  const { cases, answersPerCase, mean, detectableDrop, unchanged } = baseline
  const drop = detectableDrop === null ? '' : `, smallest detectable drop ${formatScore(detectableDrop)}`
  return [
    `Drill of ${feature}: suite ${suite}, ${formatAmount(cases, 'case')} with ${formatAmount(answersPerCase, 'answer')} each, seed ${seed}.`,
    `The version as it is: mean ${formatScore(mean)}${drop}. Unchanged, ${unchanged.failed} of ${unchanged.runs} runs failed and ${unchanged.held} were held.`,
  ]
}

function rateTable({ rates }: DrillReport, width: number): string[] {
  const right = (text: string): Cell => ({ text, align: 'right' })
  const head: Cell[] = [
    { text: 'mutator' },
    { text: 'strength' },
    ...['mutants', 'killed', 'held', 'survived', 'not judged', 'kill rate', '95 % interval'].map(right),
  ]
  const rows = rates.map((rate): Cell[] => [
    { text: rate.mutator ?? 'all' },
    { text: rate.strength },
    ...[rate.mutants, rate.killed, rate.held, rate.survived, rate.notJudged].map((each) => right(formatCount(each))),
    right(rate.rate === null ? 'unknown' : formatPercent(rate.rate)),
    right(intervalOf(rate)),
  ])
  return columns([head, ...rows], width)
}

function intervalOf({ low, high }: Pick<DrillRate, 'low' | 'high'>): string {
  return low === null || high === null ? '' : `${formatPercent(low)} to ${formatPercent(high)}`
}

function captions({ rates, covered }: DrillReport): string[] {
  if (rates.length === 0) return []
  const used = [...new Set(rates.map(({ strength }) => strength))]
  return [
    `${used.map((name) => `${name}: ${strengths[name].says}`).join('; ')}.`,
    `Of the medium and strong mutants that checks or judge can see (half of the changed answers or more), ${covered.killed} of ${covered.mutants} were killed: ${covered.rate === null ? 'no rate, as too few were judged' : `${formatPercent(covered.rate)} (${intervalOf(covered)})`}.`,
    'killed: the gate fails. held: it cannot decide, and blocks. survived: it passes. not judged: the judge could not be asked; there is no rate where that is more than 2 %. Intervals are exact and hold for mutants as this drill draws them.',
  ]
}

const causes = {
  'nothing-asks': 'nothing asks for it',
  'judge-blind': 'the judge does not see it',
  'too-few': 'too few cases or answers',
}

/**
 * Each group of survivors: why, one example, and what would have caught it. Where only weak mutants or those of one tag
 * were too small for the suite, a line is enough.
 */
function survivorBlocks({ survivors, mutants }: DrillReport, width: number): string[][] {
  return survivors.map(({ mutator, why, strengths: of, survived, held, text, example, proposals }) => {
    const total = mutants.filter((one) => one.mutator === mutator && of.includes(one.strength)).length
    const open = [...(survived > 0 ? [`${survived} survived`] : []), ...(held > 0 ? [`${held} held`] : [])].join(', ')
    const line = wrap(`${mutator} (${of.join(', ')}): ${open} of ${total}: ${causes[why]}. ${text}`, width)
    const isSmall = why === 'too-few' && !of.includes('medium') && !of.includes('strong')
    if (isSmall) return line
    return [
      ...line,
      ...(example ? exampleLines(example, width) : []),
      ...proposals.flatMap((proposal) => proposalLines(proposal, width)),
    ]
  })
}

/** Worse versions of prompt and model, one a line. */
function versionTable({ versions, versionRates }: DrillReport, width: number): string[] {
  if (versions.length === 0) return []
  const rows = versions.map(({ mutator, line, outcome, difference, what }): Cell[] => [
    { text: mutator },
    { text: line === null ? '' : `line ${line}` },
    { text: outcome },
    { text: formatChange(difference), align: 'right' },
    { text: what },
  ])
  const head = ['prompt or model', 'where', 'outcome', 'difference', 'what'].map((text): Cell => ({ text }))
  const rates = versionRates.map(
    (rate) =>
      `${rate.mutator}: ${rate.killed} of ${rate.mutants - rate.notJudged} killed${rate.low === null ? '' : ` (${intervalOf(rate)})`}`,
  )
  return [...columns([head, ...rows], width), ...wrap(`${rates.join('; ')}.`, width)]
}

/** The instructions that no case notices, by line of the prompt, each with a rubric item that asks for it. */
function unnoticedLines({ unnoticed }: DrillReport, width: number): string[] {
  if (unnoticed.length === 0) return []
  return [
    ...wrap(
      'Instructions that no case notices: the gate passed each change of them. Either no case needs them, or nothing asks for them, or the model does so by itself.',
      width,
    ),
    ...unnoticed.flatMap(({ file, line, text, mutators, yaml }) => [
      ...wrap(visibleText(`  ${file}${line === null ? '' : `:${line}`} (${mutators.join(', ')}) ${text}`), width),
      ...pasted(yaml),
    ]),
  ]
}

function pasted(yaml: string): string[] {
  const lines = yaml.trimEnd().split('\n')
  return lines.filter((line) => line !== '').map((line) => `      ${visibleText(line)}`)
}

/** Its texts without control characters; the lines of what is to be pasted stay lines. */
function visibleSurvivor(survivor: DrillSurvivor): DrillSurvivor {
  const proposals = survivor.proposals.map(({ yaml, ...proposal }) => ({
    ...visibleData(proposal),
    yaml: yaml.split('\n').map(visibleText).join('\n'),
  }))
  return { ...visibleData({ ...survivor, proposals: [] }), proposals }
}

function exampleLines({ case: id, before, after }: NonNullable<DrillSurvivor['example']>, width: number): string[] {
  const [was, is] = excerpts(before, after)
  return [`  ${id}`, `    - ${was}`, `    + ${is}`].map((line) => truncate(line, width))
}

/** Both texts from shortly before the first place where they differ, on one line. */
function excerpts(before: string, after: string): [string, string] {
  let start = 0
  while (start < before.length && before[start] === after[start]) start += 1
  const from = Math.max(0, start - 30)
  const lead = from > 0 ? '…' : ''
  const cut = (text: string) => `${lead}${onOneLine(text.slice(from))}`
  return [cut(before), cut(after)]
}

/** Each run of white space is met once, however long it is. */
const onOneLine = (text: string) => text.replaceAll(/\s+/g, (space) => (space.includes('\n') ? ' / ' : space))

function proposalLines({ place, yaml, says, tried }: DrillProposal, width: number): string[] {
  const proof = tried
    ? ` Tried: passes on ${tried.passesBefore} of ${tried.before} answers as they are, fails on ${tried.failsAfter} of ${tried.after} changed ones.`
    : ''
  return [
    ...wrap(`  Would catch it, in ${place}. ${says}${proof}`, width),
    ...yaml
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `      ${line}`),
  ]
}

function notApplicableLine({ mutator, needs }: DrillReport['notApplicable'][number]): string {
  return `${mutator}: no case covers it. No answer of the suite has what it needs: ${needs}.`
}

function costLine({ calls, fromStore, fromRecordings, usd, unpricedCalls }: DrillReport): string {
  const sources = [
    formatAmount(calls, 'call'),
    ...(fromStore > 0 ? [`${formatCount(fromStore)} answered from the store`] : []),
    ...(fromRecordings > 0 ? [`${formatCount(fromRecordings)} from recordings`] : []),
  ]
  const unpriced = unpricedCalls > 0 ? `, ${formatAmount(unpricedCalls, 'call')} without a known price` : ''
  return `${sources.join(', ')}. This drill cost ${formatUsd(usd)}${unpriced}. What was answered is kept: the same command goes on where it stopped.`
}
