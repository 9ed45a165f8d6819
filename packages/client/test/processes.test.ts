import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { json } from 'node:stream/consumers'
import { test } from 'node:test'
import type { Outcome } from '../src/index.ts'
import { fakePlane } from './support/fake-plane.ts'
import { snapshot } from './support/snapshots.ts'
import { startClient } from './support/started-client.ts'

const file = path.join(import.meta.dirname, 'support/short-lived.ts')

/** What arrived of an application that ended in this way, what it printed, and how it ended. */
async function played(way: string, then?: (kill: (signal: NodeJS.Signals) => void) => void) {
  const outcomes: Outcome[] = []
  const server = createServer(async (request, response) => {
    if (request.url !== '/v1/outcomes') return response.writeHead(503).end()
    const body = (await json(request)) as { outcomes: Outcome[] }
    outcomes.push(...body.outcomes)
    const answer = { accepted: body.outcomes.length, duplicates: 0, rejected: [] }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const child = spawn(process.execPath, ['--conditions=sluice-source', file, way, url], { stdio: 'pipe' })
  let said = ''
  child.stderr.on('data', (text) => {
    said += text
  })
  child.stdout.once('data', () => then?.((signal) => child.kill(signal)))
  try {
    const [code] = await once(child, 'close', { signal: AbortSignal.timeout(60_000) })
    return {
      units: outcomes.map(({ unit }) => unit).sort(),
      ids: new Set(outcomes.map(({ id }) => id)).size,
      said,
      code,
    }
  } finally {
    child.kill('SIGKILL')
    server.closeAllConnections()
    server.close()
  }
}

const arriving: Record<string, string[]> = {
  'has nothing left to do': ['one'],
  'flushes, then calls process.exit': ['one'],
  forks: ['one', 'one', 'parent'],
  'is a cluster': ['worker', 'worker'],
  'starts a thread': ['main', 'one'],
}
for (const [way, expected] of Object.entries(arriving))
  test(`the requests of a process that ${way} arrive, each once`, async () => {
    const { units, ids, code } = await played(way)
    assert.deepEqual([units, ids, code], [expected, expected.length, 0])
  })

test('a process that closes at SIGTERM sends what it has', async () => {
  const { units, code } = await played('closes at SIGTERM', (kill) => kill('SIGTERM'))
  assert.deepEqual([units, code], [['one'], 0])
})

for (const way of ['calls process.exit', 'throws'])
  test(`a process that ${way} tells that it has lost a request`, async () => {
    const { units, said } = await played(way)
    assert.deepEqual(units, [])
    assert.match(said, /outcomes-unsent: .*1 outcome/)
  })

test('serverless: what a flush is waited for has arrived, though the process stands still afterwards', async () => {
  const plane = fakePlane(snapshot(1))
  const { client } = await startClient(plane)
  const handled: Promise<unknown>[] = []
  const context = { waitUntil: (work: Promise<unknown>) => handled.push(work) }
  const handle = async (unit: string) => {
    const answer = await client.route('mail', unit).run(async () => 'an answer')
    context.waitUntil(client.flush())
    return answer
  }
  await Promise.all(['ann', 'bob', 'cid'].map(handle))
  await Promise.all(handled)
  // No time has passed for this client's timers, and none will.
  assert.deepEqual(
    plane.batches.flat().map(({ unit }) => unit),
    ['ann', 'bob', 'cid'],
  )
})
