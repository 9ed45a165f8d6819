import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { PostgresListener } from '../../../src/control/store/postgres/notifications.ts'
import { until } from '../../support/until.ts'

test('a database that does not let in is asked again, after waits that grow', async () => {
  const at: number[] = []
  const server = createServer((socket) => {
    at.push(performance.now())
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address)
  const events = { notified() {}, connected() {}, polled() {} }
  const listener = new PostgresListener({ host: '127.0.0.1', port: address.port }, 20, events)
  await until(() => at.length >= 6, 'the sixth attempt')
  await listener.close()
  server.close()
  const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0))
  // Timers may be late, and are not early by more than the rounding of a millisecond.
  for (const [index, wait] of waits.entries()) assert.ok(wait >= 20 * 2 ** index - 2, `${waits}`)
})
