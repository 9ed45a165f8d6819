import { z } from 'zod'
import { type Compared, compareFiles, type ScoreLine } from './compare-files.ts'
import { inParallel } from './in-parallel.ts'
import { comparedCells, comparedHead, countVerdicts, percent, table } from './markdown.ts'
import { readRecorded } from './recorded.ts'
import { type Replayed, replayTrials, type TriedTask } from './replayed-trials.ts'

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

${await replayedPart(tasks.map(triedTask))}

What this means: pass@1 and pass^4 are close to the known figures of twice as many tasks. Rewards of 0 or 1 on 25 tasks with two trials
each see only drops of a quarter of the scale; a gate on such a suite catches a broken agent, not a slightly worse one. The agent that fails
one time in two on a task is not worse today than yesterday, and no verdict calls it so.`
}

function triedTask({ group, trials_reward_assistantturns: trials }: z.output<typeof row>): TriedTask {
  return { id: group, trials: trials.map(([, reward, messages]) => ({ reward, messages })) }
}

const solved = { state: { path: '$.reward', equals: 1 }, must: true }
/** Each with what it asks for, and what the published numbers say of a trial. */
const checked = [undefined, 20, 10, 5].map((most) => ({
  shown: most === undefined ? '`state`' : `\`state\` and \`maxSteps: ${most}\``,
  checks: most === undefined ? [solved] : [solved, { maxSteps: most, must: true }],
  passes: ({ reward, messages }: TriedTask['trials'][number]) => reward === 1 && messages <= (most ?? messages),
}))

/** The trials as recorded trajectories, scored by checks of the end state and of the steps. */
async function replayedPart(tasks: readonly TriedTask[]): Promise<string> {
  const rows: string[][] = []
  let equal = 0
  for (const { shown, checks, passes } of checked) {
    const replayed = await replayTrials(tasks, checks, 4)
    const published = new Map(tasks.map(({ id, trials }) => [id, trials.filter(passes).length]))
    equal += tasks.filter(({ id }) => replayed.passes.get(id) === published.get(id)).length
    rows.push([shown, 'checks', ...reportedShares(replayed), ...passPowers(replayed.passes)])
    rows.push([
      '',
      'published',
      passPowers(published)[0] ?? '',
      passPowers(published)[3] ?? '',
      ...passPowers(published),
    ])
  }
  return `The same trials once more, as recorded trajectories (\`kind: replay\`) that checks score. The file holds, of each trial, its reward
and the number of messages that the agent wrote; it does not hold the messages, nor the calls of tools. So each is replayed as so many empty
messages of the assistant, with the reward as the end state, and scored by \`{state: {path: $.reward, equals: 1}, must: true}\`, alone and with a
limit of steps. The first two figures are those of \`sluice eval --repeats 4\`. The others are made of the number c of the four trials
of a task that pass, as tau-bench makes them: the mean of (c choose k) / (4 choose k).

${table(['checks', 'by', 'report: pass@1', 'report: pass^4', 'pass^1', 'pass^2', 'pass^3', 'pass^4'], rows)}

In ${equal} of ${checked.length * tasks.length} pairs of a task and a row of checks, the number of trials that pass is the published one. This says that checks, repeats and pass^k agree
with what was published. It says nothing of checks of calls: there are no calls in the file.`
}

function reportedShares({ repeats }: Replayed): [string, string] {
  if (!repeats) throw new Error('the report has no repeats')
  return [repeats.passAt1.value.toFixed(3), repeats.passK.value.toFixed(3)]
}

/** pass^1 to pass^4 of the number of passes in four trials, task by task. */
function passPowers(passes: ReadonlyMap<string, number>): string[] {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k)
  const counts = [...passes.values()]
  return [1, 2, 3, 4].map((k) => {
    const total = counts.reduce((sum, c) => sum + choose(c, k) / choose(4, k), 0)
    return (total / counts.length).toFixed(3)
  })
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
