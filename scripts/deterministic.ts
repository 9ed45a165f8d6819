import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'

/**
 * Runs the whole of Sluice's releases in one process per core, on a virtual clock, under faults from a seed:
 * `npm run deterministic -- --seeds 50000 [--from 1] [--steps 12]`, or one seed with all that happens in it:
 * `npm run deterministic -- --seed 17`. Exits with 1 if a promise was broken, and names the seeds.
 */

const world = async () => (await import('../packages/sluice/test/support/world/world.ts')).runWorld

interface Job {
  seed: number
  steps: number
}

async function verdictOn(job: Job): Promise<string | undefined> {
  const runWorld = await world()
  return runWorld(job).then(
    () => undefined,
    (error: Error) => `${error.name}: ${error.message}`,
  )
}

async function one(job: Job): Promise<void> {
  const runWorld = await world()
  const hash = await runWorld({ ...job, trace: (line) => console.log(line) })
  console.log(`every promise was kept; the log ends with ${hash}`)
}

async function many({ from, seeds, steps }: { from: number; seeds: number; steps: number }): Promise<void> {
  const broken: number[] = []
  let next = from
  let done = 0
  const work = async () => {
    const thread = new Worker(new URL(import.meta.url))
    while (next < from + seeds) {
      const job: Job = { seed: next, steps }
      next += 1
      thread.postMessage(job)
      const [fault] = await once(thread, 'message')
      done += 1
      if (fault !== undefined) {
        broken.push(job.seed)
        console.log(`seed ${job.seed}: ${fault}`)
      }
      if (done % Math.ceil(seeds / 20) === 0) console.error(`${done} of ${seeds} worlds`)
    }
    await thread.terminate()
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  console.log(`${seeds} worlds of ${steps} steps from seed ${from}: ${broken.length} broken promises`)
  if (broken.length > 0) process.exitCode = 1
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string', default: '50000' },
      from: { type: 'string', default: '1' },
      steps: { type: 'string', default: '12' },
    },
  })
  const [seeds, from, steps] = [values.seeds, values.from, values.steps].map(wholeNumber) as [number, number, number]
  if (values.seed === undefined) await many({ from, seeds, steps })
  else await one({ seed: wholeNumber(values.seed), steps })
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`expected a whole number from 1, got ${text}`)
  return value
}

if (isMainThread) await main()
else parentPort?.on('message', async (job: Job) => parentPort?.postMessage(await verdictOn(job)))
