import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { Stage } from './stage.ts'

/** The application in production, with simulated users and on a clock that stands still unless told otherwise. */
export interface Production {
  /** Lets so many hours pass with their traffic, or fewer if the rollout ends. Returns the number of requests. */
  pass(hours: number): Promise<number>
  /** Makes a stage's commands reach its control plane. */
  serves(stage: Stage): void
}

/** Starts it with the recordings of a stage. */
export async function startProduction(stage: Stage): Promise<Production> {
  const token = randomBytes(24).toString('hex')
  const child = stage.start('virtual-production.ts', [], { SLUICE_ADMIN_TOKEN: token })
  child.stderr?.pipe(process.stderr)
  if (!child.stdout || !child.stdin) throw new Error('the simulated production has no pipes')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const { stdin } = child
  const answer = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the simulated production has ended')
    return JSON.parse(value) as unknown
  }
  const { url } = z.object({ url: z.string() }).parse(await answer())
  return {
    serves: (other) => other.use({ SLUICE_URL: url, SLUICE_TOKEN: token }),
    async pass(hours) {
      stdin.write(`${hours}\n`)
      return z.object({ requests: z.int() }).parse(await answer()).requests
    },
  }
}
