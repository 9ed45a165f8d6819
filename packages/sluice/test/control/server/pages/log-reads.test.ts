import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pageRoutes } from '../../../../src/control/server/pages/page-routes.ts'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { startOf, withTraffic } from '../../../support/rollout/feature-traffic.ts'

/** Pages that name how much traffic there is. */
const counting = ['/rollouts/{rollout}', '/features/{feature}/start', '/features/{feature}/activate']

test('no page reads the log of outcomes, but for the traffic of its feature, once in ten minutes', async () => {
  const store = memoryStore()
  let read = 0
  await using plane = await testPlane({
    store: {
      ...store,
      async readLog(page) {
        const entries = await store.readLog(page)
        read += entries.length
        return entries
      },
    },
  })
  const { canary } = await withTraffic(plane, 300)
  const settings = { advance: 'soak', stages: [{ percent: 50, soak: '4h' }] }
  const { id } = (await startOf(plane, { version: canary, settings, traffic: { requestsPerDay: 300 } })).body
  const who = await signedIn(plane, 'admin')
  const values: Record<string, string> = { feature: 'f', chain: 'f', version: canary, rollout: id }
  const asked: string[] = []
  const readBy = async (path: string) => {
    read = 0
    plane.clock.advance(2000)
    const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
    const { status } = await who.get(counting.includes(path) ? `${address}?version=${canary}` : address)
    assert.ok(status < 500, `${path}: ${status}`)
    asked.push(path)
    return read
  }
  const plain = pageRoutes.filter(({ method, path, scopes }) => method === 'GET' && path !== '/live' && scopes !== null)
  for (const { path } of plain) if (!counting.includes(path)) assert.equal(await readBy(path), 0, path)
  assert.ok(asked.length > 15, asked.join(' '))
  plane.clock.advance(10 * 60_000)
  const first = await readBy('/features/{feature}/activate')
  assert.ok(first > 0 && first < 700, `${first} of the 600 entries were read`)
  for (const path of counting) assert.equal(await readBy(path), 0, `${path}, once more`)
})
