import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { PostgresListener } from '../../../src/control/store/postgres/notifications.ts'
import { until } from '../../support/until.ts'

/** The waits between attempts at a database that lets nobody in, in ms, by a listener that polls this often. */
async function attempts(pollMs: number, count: number): Promise<number[]> {
  const at: number[] = []
  const server = createServer((socket) => {
    at.push(performance.now())
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address)
  const events = { notified() {}, connected() {}, polled() {} }
  const listener = new PostgresListener({ host: '127.0.0.1', port: address.port }, pollMs, events)
  await until(() => at.length >= count, `attempt ${count}`)
  await listener.close()
  server.close()
  return at.slice(1, count).map((time, index) => time - (at[index] ?? 0))
}

test('a database that does not let in is asked again, after waits that grow', async () => {
  const waits = await attempts(20, 6)
  // Timers may be late, and are not early by more than the rounding of a millisecond.
  for (const [index, wait] of waits.entries()) assert.ok(wait >= 20 * 2 ** index - 2, `${waits}`)
})

test('no wait is so long that a replica hears of a rollback late', async () => {
  const [wait = 0] = await attempts(60_000, 2)
  assert.ok(wait >= 1998 && wait < 4000, `${wait}`)
})
