import type { CaseDetail } from '../../records/report/case-detail.ts'
import type { JudgeBridge } from '../../records/report/upgrade-report.ts'
import { type CellWeight, kappaInterval, momentsOf, stratifiedKappa } from '../../stats/index.ts'
import { formatPercent, formatScore } from '../../text/format.ts'

/** Both judges' scores of the answers of one case, pair by pair. */
export interface JudgedCase {
  weight: number
  cluster: string | undefined
  before: CaseDetail[]
  after: CaseDetail[]
}

type AgreedItem = JudgeBridge['items'][number]

/** What both judges said of one answer, by one item. */
interface VerdictPair {
  /** Answers of one case, and cases of one cluster, are not independent. */
  cluster: string
  before: string
  after: string
  scores: [before: number | undefined, after: number | undefined]
}

/** How far two judges agree on every rubric item and evaluator, beyond what chance alone would make. */
export function judgeAgreement(cases: readonly JudgedCase[], confidence: number): AgreedItem[] {
  const items = new Map<string, VerdictPair[]>()
  for (const [position, { cluster, before, after }] of cases.entries()) {
    const of = cluster === undefined ? `case ${position}` : `cluster ${cluster}`
    for (const [index, { judge }] of before.entries()) {
      for (const { id, verdict, score } of judge) {
        const now = after[index]?.judge.find((each) => each.id === id)
        if (!now) continue
        const pair: VerdictPair = { cluster: of, before: verdict, after: now.verdict, scores: [score, now.score] }
        const own = items.get(id) ?? []
        own.push(pair)
        items.set(id, own)
      }
    }
  }
  return [...items].map(([id, pairs]) => ({
    id,
    compared: pairs.length,
    agreed: pairs.filter(({ before, after }) => before === after).length,
    scoreBefore: meanOf(pairs.flatMap(({ scores: [score] }) => score ?? [])),
    scoreAfter: meanOf(pairs.flatMap(({ scores: [, score] }) => score ?? [])),
    onlyBefore: onlyOf(pairs.map(({ before }) => before)),
    onlyAfter: onlyOf(pairs.map(({ after }) => after)),
    kappa: kappaOf(pairs, confidence),
  }))
}

const meanOf = (scores: readonly number[]) => momentsOf(scores)?.mean ?? null

function onlyOf(verdicts: readonly string[]): string | null {
  const [only = null, ...others] = new Set(verdicts)
  return others.length === 0 ? only : null
}

function kappaOf(pairs: readonly VerdictPair[], confidence: number): NonNullable<AgreedItem['kappa']> | null {
  const verdicts = [...new Set(pairs.flatMap(({ before, after }) => [before, after]))].sort()
  const levels = verdicts.length
  if (levels < 2) return null
  const cellOf = ({ before, after }: VerdictPair) => verdicts.indexOf(before) * levels + verdicts.indexOf(after)
  const cells = new Float64Array(levels * levels)
  for (const pair of pairs) cells[cellOf(pair)] = (cells[cellOf(pair)] ?? 0) + 1
  const clusters = [...Map.groupBy(pairs, ({ cluster }) => cluster).values()].map((own) =>
    own.map((pair): CellWeight => ({ table: 0, cell: cellOf(pair), weight: 1 })),
  )
  const value = stratifiedKappa(cells, levels, 'nominal')
  const interval = kappaInterval(clusters, { confidence, levels, distance: 'nominal', tables: 1 })
  return value === null || !interval ? null : { value, ciLow: interval.low, ciHigh: interval.high }
}

/**
 * Why a bridge does not carry a new judge, and what to do; empty where it stands. A judge that does not read the
 * answers may lie near the old one on average, so the verdicts themselves must agree beyond chance.
 */
export function bridgeFaults(
  { cases, compared, offset, items, from, to }: Omit<JudgeBridge, 'schema'>,
  { minCoverage, margin }: { minCoverage: number; margin: number },
): string[] {
  if (cases === 0 || compared / cases < minCoverage)
    return [
      `only ${compared} of ${cases} cases were scored by both judges, and minCoverage is ${formatPercent(minCoverage)}: fix what failed, and run again`,
    ]
  const { ciLow, ciHigh } = offset
  if (ciLow === null || ciHigh === null) return ['the offset has no interval: add cases']
  const names = { from: from.model, to: to.model }
  const faults = items.flatMap((item) => itemFault(item, names) ?? [])
  if (faults.length === 0 && items.every(isUntested))
    faults.push(
      'both judges say one and the same to everything, as one that reads nothing would: add cases whose answers are poor',
    )
  const width = ciHigh - ciLow
  if (width > margin)
    faults.push(
      `the interval of the offset is ${formatScore(width)} wide, more than the margin of ${margin}: add cases, or allow more with --margin`,
    )
  return faults
}

/** Both say the same one thing to everything, which shows nothing for or against. */
const isUntested = ({ onlyBefore, onlyAfter }: AgreedItem) => onlyBefore != null && onlyBefore === onlyAfter

function itemFault(item: AgreedItem, { from, to }: { from: string; to: string }): string | undefined {
  const { id, onlyBefore = null, onlyAfter = null, kappa } = item
  if (isUntested(item)) return undefined
  if (onlyAfter !== null)
    return `${id}: ${to} says "${onlyAfter}" to everything, and ${from} does not: name another candidate`
  if (onlyBefore !== null)
    return `${id}: ${from} says "${onlyBefore}" to everything, so whether ${to} is right to differ cannot be told: add cases whose answers differ more`
  if (kappa && kappa.ciLow > 0) return undefined
  const seen = kappa
    ? ` (kappa ${formatScore(kappa.value)}, interval ${formatScore(kappa.ciLow)} to ${formatScore(kappa.ciHigh)})`
    : ''
  return `${id}: they agree no more than chance could make${seen}: add cases, or name another candidate`
}
