import type { FlakeRemedy, FlakyCase } from '../../records/report/gate-plan.ts'
import { clopperPearson, momentsOf, passHatK } from '../../stats/index.ts'
import type { ResultRow } from '../run/results.ts'
import { passesOf } from '../run/score-summary.ts'
import { type CaseScores, scoredRepeats } from '../run/score-table.ts'

/** From this many cases on, a question that gets two verdicts on one text is taken to be unclear itself. */
const unclearFrom = 3

/**
 * The cases whose answers differ in score from repeat to repeat, the least steady first, each with its pass^k and the
 * cheapest thing that would help. The interval of pass^k is the exact one of a single answer (Clopper & Pearson 1934)
 * to the power of k, which it stays since the power rises with its base.
 */
export function flakyCases(
  cases: readonly CaseScores[],
  rows: readonly ResultRow[],
  { caseThreshold, confidence }: { caseThreshold: number; confidence: number },
): FlakyCase[] {
  const byPosition = Map.groupBy(
    rows.filter(({ role, detail }) => role === 'candidate' && detail.score !== undefined),
    ({ position }) => position,
  )
  const unclear = unclearItems([...byPosition.values()])
  const k = cases.reduce((most, { candidate }) => Math.max(most, scoredRepeats(candidate).length), 0)
  const flaky = cases.flatMap(({ id, weight, candidate }, position): FlakyCase[] => {
    const scores = scoredRepeats(candidate)
    const { variance = 0, mean = 0 } = momentsOf(scores) ?? {}
    if (!(variance > 0)) return []
    const passes = passesOf(scores, caseThreshold)
    const single = clopperPearson(passes, scores.length, confidence)
    const { mean: passK } = passHatK([{ passes, repeats: scores.length, weight }], k) ?? {}
    const remedy = remedyOf(byPosition.get(position) ?? [], unclear)
    return [
      {
        ...{ case: id, answers: scores.length, passes, mean, variance, k },
        ...{ passK: passK ?? null, passKLow: single.low ** k, passKHigh: single.high ** k },
        ...remedy,
      },
    ]
  })
  return flaky.toSorted((a, b) => b.variance - a.variance)
}

/** Names of questions that got two verdicts on one text, by the number of cases in which they did. */
function unclearItems(cases: readonly (readonly ResultRow[])[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const rows of cases) for (const id of flippedOnOneText(rows)) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}

function flippedOnOneText(rows: readonly ResultRow[]): Set<string> {
  const seen = new Map<string, string>()
  const flipped = new Set<string>()
  for (const { detail } of rows) {
    if (detail.output === undefined || detail.outputMasked) continue
    for (const { id, verdict } of detail.judge) {
      const key = `${id}\0${detail.output}`
      if ((seen.get(key) ?? verdict) !== verdict) flipped.add(id)
      seen.set(key, verdict)
    }
  }
  return flipped
}

function remedyOf(
  rows: readonly ResultRow[],
  unclear: ReadonlyMap<string, number>,
): { remedy: FlakeRemedy; because: string } {
  const [flipped] = flippedOnOneText(rows)
  if (flipped !== undefined) {
    const cases = unclear.get(flipped) ?? 1
    return cases >= unclearFrom
      ? { remedy: 'rewrite-item', because: `the judge answers "${flipped}" in two ways to one text, in ${cases} cases` }
      : { remedy: 'judge-votes', because: `the judge answers "${flipped}" in two ways to one text` }
  }
  const check = nameThatVaries(rows.map(({ detail }) => detail.checks))
  if (check !== undefined) return { remedy: 'repeats', because: `the answers differ: "${check}" is met by some only` }
  const item = nameThatVaries(rows.map(({ detail }) => detail.judge.map(({ id, score = -1 }) => ({ name: id, score }))))
  if (item === undefined) return { remedy: 'repeats', because: 'the answers differ' }
  return {
    remedy: 'label',
    because: `"${item}" is met by some answers only, and no text was judged twice: a person can say whether the judge is right`,
  }
}

function nameThatVaries(scores: readonly (readonly { name: string; score: number }[])[]): string | undefined {
  const [first = []] = scores
  return first.find(({ name, score }) =>
    scores.some((other) => other.some((each) => each.name === name && each.score !== score)),
  )?.name
}
