import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { until } from '../../../support/until.ts'
import type { Promised, WriterOrders } from './writer.ts'

const script = path.join(import.meta.dirname, 'writer.ts')

/** A writer that has loaded and waits for its orders, ended with the test; `through` is put before its command line. */
export function startWriter(context: TestContext, through: readonly string[] = []) {
  const [command = '', ...args] = [...through, process.execPath, '--conditions=sluice-source', script]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const promised: Promised[] = []
  let isReady = false
  let hasEnded = false
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message: Promised | 'ready' = JSON.parse(line)
    if (message === 'ready') isReady = true
    else promised.push(message)
  })
  child.on('close', () => {
    hasEnded = true
  })
  context.after(() => child.kill('SIGKILL'))
  return {
    pid: child.pid,
    /** What the store has promised so far. */
    promised,
    async begin(orders: WriterOrders) {
      await until(() => isReady, 'the writer')
      child.stdin.write(`${JSON.stringify(orders)}\n`)
    },
    /** Resolves when all that it said has arrived. */
    async kill() {
      child.kill('SIGKILL')
      await until(() => hasEnded, 'the end of the writer')
    },
  }
}

export const entriesOf = (promised: readonly Promised[]) =>
  promised.flatMap((one) => ('entries' in one ? one.entries : []))

export const commitsOf = (promised: readonly Promised[]) =>
  promised.flatMap((one) => ('commit' in one ? [one.commit] : []))
