import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { createProject } from '../../support/project.ts'

const file = path.join(import.meta.dirname, '../../../../../../shared/data/b5_taubench_gpt4o_airline_trials.jsonl.gz')
const skip = existsSync(file) ? false : `${file} is absent: the recorded trials are kept outside the project`

interface Task {
  group: string
  /** Number, reward, messages of the agent. */
  trials_reward_assistantturns: [number, number, number][]
}

const jsonLines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

test('checks of recorded trajectories pass the trials that were published as solved', { skip }, async () => {
  const tasks: Task[] = gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const recordings = tasks.flatMap(({ group, trials_reward_assistantturns: trials }) =>
    trials.map(([number, reward, count]) => ({
      ...{ case: group, model: 'agent', repeat: number + 1, output: 'done', state: { reward } },
      messages: Array.from({ length: count }, () => ({ role: 'assistant', content: '' })),
    })),
  )
  using project = createProject({
    'sluice.yaml': 'sluice: 1\nproviders: {recorded: {kind: replay, files: recordings.jsonl}}\n',
    'prompts/trials.prompt.yml': `sluice: 1
model: recorded:agent
messages: [{role: user, content: "{{task}}"}]
suites: {fast: ../evals/trials.jsonl}
checks: [{state: {path: $.reward, equals: 1}, must: true}, {maxSteps: 10, must: true}]
`,
    'evals/trials.jsonl': jsonLines(
      tasks.map(({ group }) => ({ id: group, vars: { task: group }, tags: ['airline'] })),
    ),
    'recordings.jsonl': jsonLines(recordings),
  })
  const { stdout, stderr } = await project.sluice(['eval', 'trials', '--repeats', '4', '--json'])
  assert.notEqual(stdout, '', stderr)
  const [feature] = JSON.parse(stdout).features as {
    repeats: { passAt1: { value: number }; passK: { value: number; k: number } }
    cases: { id: string; passed: { k: number; n: number } }[]
  }[]
  const solved = ([, reward, messages]: readonly number[]) => reward === 1 && (messages ?? 0) <= 10
  const published = tasks.map(({ group, trials_reward_assistantturns: trials }) => ({
    id: group,
    passed: { k: trials.filter(solved).length, n: 4 },
  }))
  assert.deepEqual(
    feature?.cases.map(({ id, passed }) => ({ id, passed })),
    published,
  )
  const share = (count: number) => Number((count / tasks.length).toFixed(9))
  const all = published.filter(({ passed }) => passed.k === 4).length
  const some = published.reduce((sum, { passed }) => sum + passed.k / 4, 0)
  assert.deepEqual(
    [Number(feature?.repeats.passAt1.value.toFixed(9)), feature?.repeats.passK.k, feature?.repeats.passK.value],
    [share(some), 4, share(all)],
  )
})
