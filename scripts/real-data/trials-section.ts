import { z } from 'zod'
import { type Compared, compareFiles, type ScoreLine } from './compare-files.ts'
import { inParallel } from './in-parallel.ts'
import { comparedCells, comparedHead, countVerdicts, percent, table } from './markdown.ts'
import { readRecorded } from './recorded.ts'

const row = z.object({
  group: z.string(),
  trials_reward_assistantturns: z.array(z.tuple([z.number(), z.number(), z.number()])).length(4),
})

/** Each way to split four trials into two and two. */
const halves: [number[], number[]][] = [
  [
    [1, 2],
    [3, 4],
  ],
  [
    [1, 3],
    [2, 4],
  ],
  [
    [1, 4],
    [2, 3],
  ],
]

/** The trials of one agent as repeats: four together, and two against two. */
export async function trialsSection(): Promise<string> {
  const tasks = readRecorded('b5_taubench_gpt4o_airline_trials', row)
  const version = (trials: number[]): ScoreLine[] =>
    tasks.flatMap(({ group, trials_reward_assistantturns: rewards }) =>
      trials.map((trial, i) => ({ id: group, repeat: i + 1, score: rewards[trial - 1]?.[1] ?? Number.NaN })),
    )
  const splits = halves.flatMap(([a, b]) => [
    { candidate: a, baseline: b },
    { candidate: b, baseline: a },
  ])
  const played = await inParallel(
    splits,
    async (split) => ({ ...split, compared: await compareFiles(version(split.candidate), version(split.baseline)) }),
    { name: 'trials' },
  )
  const { repeats } = await compareFiles(version([1, 2, 3, 4]), version([1, 2, 3, 4]))
  const rows = played.map(({ candidate, baseline, compared }) => [
    candidate.join(' and '),
    baseline.join(' and '),
    ...comparedCells(compared),
  ])
  return `## An agent over four trials (b5_taubench_gpt4o_airline_trials)

${tasks.length} tasks, each tried four times by the same agent, reward 0 or 1. With the four trials as repeats of one version the report says:

${passTable(repeats)}

Two trials against the other two is a comparison without a change; all six ways to make it:

${table(['candidate', 'baseline', ...comparedHead], rows)}

${countVerdicts(played.map(({ compared }) => compared))}.

What this means: pass@1 and pass^4 are close to the known figures of twice as many tasks. Rewards of 0 or 1 on 25 tasks with two trials
each see only drops of a quarter of the scale; a gate on such a suite catches a broken agent, not a slightly worse one. The agent that fails
one time in two on a task is not worse today than yesterday, and no verdict calls it so.`
}

function passTable(repeats: Compared['repeats']): string {
  if (!repeats) throw new Error('the report has no repeats')
  const { passAt1, passK } = repeats
  const cells = (name: string, { value, ciLow, ciHigh }: typeof passAt1, known: string) => [
    name,
    value.toFixed(2),
    `${percent(ciLow ?? Number.NaN)} to ${percent(ciHigh ?? Number.NaN)}`,
    known,
  ]
  return table(
    ['', 'these 25 tasks', '95 % interval', 'known of the whole set'],
    [cells('pass@1', passAt1, '0.42'), cells(`pass^${passK.k}`, passK, '0.20')],
  )
}
