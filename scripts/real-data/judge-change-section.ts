import { z } from 'zod'
import { type Compared, compareFiles, type ScoreLine } from './compare-files.ts'
import { inParallel } from './in-parallel.ts'
import { comparedCells, comparedHead, countVerdicts, table } from './markdown.ts'
import { range } from './moments.ts'
import { readRecorded } from './recorded.ts'

const row = z.object({
  group: z.string(),
  judge: z.string(),
  version: z.string(),
  score_and_chars: z.record(z.string(), z.tuple([z.number().min(1).max(10), z.number()])),
})

type Row = z.infer<typeof row>

const former = { judge: 'gpt-4-turbo-2024-04-09', version: 'v2.0522' }
const later = { judge: 'gpt-4o-2024-05-13', version: 'v2.0522' }

/** The scores of one system by one judge, by task. */
type Judged = Map<string, number>

/** The same answers under two judges, and what a comparison across judges would say of them. */
export async function judgeChangeSection(): Promise<string> {
  const rows = readRecorded('b4_wildbench_scores', row)
  const [before, after] = [systemsOf(rows, former), systemsOf(rows, later)]
  const systems = [...before.keys()].filter((system) => after.has(system)).sort()
  const judgesOf = (system: string) => [before.get(system) ?? new Map(), after.get(system) ?? new Map()] as const
  const changed = await inParallel(
    systems.flatMap((system) => [
      { system, toLater: true },
      { system, toLater: false },
    ]),
    async ({ system, toLater }) => {
      const [old, recent] = judgesOf(system)
      return { system, toLater, compared: await (toLater ? compareJudged(recent, old) : compareJudged(old, recent)) }
    },
    { name: 'change of judge' },
  )
  const mixed = await inParallel(
    systems.flatMap((a) => systems.filter((b) => b !== a).map((b) => ({ a: judgesOf(a), b: judgesOf(b) }))),
    async ({ a: [oldA, newA], b: [oldB] }) => ({
      one: await compareJudged(oldA, oldB),
      across: await compareJudged(newA, oldB),
    }),
    { name: 'systems under two judges' },
  )
  return `## The same answers, another judge (b4_wildbench_scores)

${systems.length} systems whose answers to the same tasks were scored 1 to 10, here (x-1)/9, by ${former.judge} and by
${later.judge}. Candidate and baseline are the same answers (recorded with the same length,
but for three characters of white space or end marks in three systems); only the judge differs:

${changeTable(changed)}

${moves(changed.filter(({ toLater }) => toLater).map(({ compared }) => compared))}

${acrossJudges(mixed)}`
}

function systemsOf(rows: readonly Row[], { judge, version }: typeof former): Map<string, Judged> {
  const systems = new Map<string, Judged>()
  for (const { group, score_and_chars: scores, ...by } of rows) {
    if (by.judge !== judge || by.version !== version) continue
    for (const [system, [score]] of Object.entries(scores)) {
      systems.set(system, (systems.get(system) ?? new Map()).set(group, (score - 1) / 9))
    }
  }
  return systems
}

/** On the tasks that both have. */
function compareJudged(candidate: Judged, baseline: Judged): Promise<Compared> {
  const common = [...candidate.keys()].filter((id) => baseline.has(id))
  const lines = (scores: Judged) =>
    common.map((id): ScoreLine => ({ id, score: scores.get(id) ?? Number.NaN, cluster: id }))
  return compareFiles(lines(candidate), lines(baseline))
}

function changeTable(changed: { system: string; toLater: boolean; compared: Compared }[]): string {
  const rows = changed.map(({ system, toLater, compared }) => [
    system,
    toLater ? later.judge : former.judge,
    ...comparedCells(compared),
  ])
  return table(['system', 'judge of the candidate', ...comparedHead], rows)
}

function moves(toLater: readonly Compared[]): string {
  const { low, high } = range(toLater.map(({ difference }) => -difference))
  const tenths = `${(0.9 * low).toFixed(3)} to ${(0.9 * high).toFixed(3)}`
  return `The later judge is stricter by ${low.toFixed(3)} to ${high.toFixed(3)} (${tenths} as tenths of the raw score; known: 0.055 to 0.077), two to three times the margin:
${countVerdicts(toLater)} for answers that are the same, and the other way round every system passes “by proof”.`
}

function acrossJudges(pairs: readonly { one: Compared; across: Compared }[]): string {
  const better = pairs.filter(({ one }) => one.ciLow > 0)
  const count = (holds: (across: Compared) => boolean) => better.filter(({ across }) => holds(across)).length
  return `The same for two different systems: in ${better.length} of the ${pairs.length} ordered pairs of systems the candidate is better beyond doubt when one judge
(${former.judge}) scored both. When only the candidate’s scores come from the stricter judge, ${count(({ verdict }) => verdict !== 'pass')} of those ${better.length} no longer pass, and ${count(({ ciHigh }) => ciHigh < 0)} look
worse beyond doubt.

What this means: a change of judge is as large as a real regression, it has a direction, and no number of cases makes it go away. That is why
scores of different judge versions are never compared: Sluice judges the baseline again. With files of scores it cannot know who judged them: whoever brings them must have them judged alike. It does not show which
of the two judges is right.`
}
