import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Report, reportSchema } from '../../packages/sluice/src/records/report/report.ts'

const bin = path.join(import.meta.dirname, '../../packages/sluice/bin/sluice.cjs')

/** One trial of a task as it was published. */
interface Trial {
  reward: number
  /** How many messages the agent wrote. */
  messages: number
}

export interface TriedTask {
  id: string
  trials: Trial[]
}

type Feature = Report['features'][number]

/** What the checks made of the first trials of each task. */
export interface Replayed {
  repeats: Feature['repeats']
  /** Task -> how many of its trials pass. */
  passes: Map<string, number>
}

/**
 * Scores the first `repeats` trials of each task as recorded trajectories, by the built command line: so many messages of the
 * assistant, and the reward as the end state.
 */
export async function replayTrials(
  tasks: readonly TriedTask[],
  checks: readonly object[],
  repeats: number,
): Promise<Replayed> {
  const cwd = await mkdtemp(path.join(tmpdir(), 'sluice-real-data-'))
  try {
    const recordings = tasks.flatMap(({ id, trials }) =>
      trials.map((trial, index) => ({
        case: id,
        model: 'agent',
        repeat: index + 1,
        output: 'done',
        ...reported(trial),
      })),
    )
    const prompt = {
      sluice: 1,
      model: 'recorded:agent',
      messages: [{ role: 'user', content: '{{task}}' }],
      suites: { fast: '../evals/trials.jsonl' },
      checks,
    }
    const files = {
      'sluice.yaml': JSON.stringify({
        sluice: 1,
        providers: { recorded: { kind: 'replay', files: 'recordings.jsonl' } },
      }),
      'prompts/trials.prompt.yml': JSON.stringify(prompt),
      'evals/trials.jsonl': jsonLines(tasks.map(({ id }) => ({ id, vars: { task: id }, tags: ['airline'] }))),
      'recordings.jsonl': jsonLines(recordings),
    }
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(cwd, name)), { recursive: true })
      await writeFile(path.join(cwd, name), text)
    }
    return read(await evaluate(cwd, repeats))
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
}

function reported({ reward, messages }: Trial) {
  return {
    messages: Array.from({ length: messages }, () => ({ role: 'assistant', content: '' })),
    state: { reward },
  }
}

function jsonLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}

function evaluate(cwd: string, repeats: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = [bin, 'eval', 'trials', '--repeats', `${repeats}`, '--json']
    execFile(process.execPath, args, { cwd, maxBuffer: 2 ** 26 }, (_, stdout, stderr) => {
      if (stdout === '') reject(new Error(`sluice eval said nothing: ${stderr}`))
      else resolve(stdout)
    })
  })
}

/** A trial that could not be scored must not look like one that failed. */
function read(stdout: string): Replayed {
  const [feature] = reportSchema.parse(JSON.parse(stdout)).features
  if (!feature) throw new Error('the report has no feature')
  const passes = new Map<string, number>()
  for (const { id, passed, error } of feature.cases) {
    if (error !== null || passed === null) throw new Error(`${id} was not scored: ${error}`)
    passes.set(id, passed.k)
  }
  return { repeats: feature.repeats, passes }
}
