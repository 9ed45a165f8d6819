import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RefusalError } from '../../../src/control/remote/refusal.ts'
import type { RemoteControlPlane } from '../../../src/control/remote/remote-control-plane.ts'
import { beginRollout, type RolloutRequest } from '../../../src/control/remote/rollouts.ts'

test('where the traffic cannot be counted, a rollout begins for whoever accepts that it may end undecided', async () => {
  const asked: unknown[] = []
  const said: string[] = []
  const problem = { status: 503, code: 'traffic-uncounted', title: 'x', type: 'about:blank', detail: 'not counted' }
  const version = { id: '110a19274be9', label: null }
  const remote = {
    feature: async () => ({ feature: 'f', revision: 3, versions: [version] }),
    traffic: () => Promise.reject(new RefusalError(503, JSON.stringify(problem), 'http://localhost')),
    startRollout: async (_: string, body: object) => asked.push(body),
  } as unknown as RemoteControlPlane
  const wish: RolloutRequest = {
    ...{ wanted: version.id, given: undefined, perDay: 300, users: undefined, override: undefined, reason: 'try' },
    ...{ supersede: false, acceptUndecided: false, propose: false, breakGlass: undefined },
  }
  const begin = (more: Partial<RolloutRequest>) =>
    beginRollout(remote, 'f', { ...wish, ...more }, (lines) => said.push(...lines))
  await assert.rejects(begin({}), /not counted/)
  assert.deepEqual(asked, [])
  await begin({ acceptUndecided: true })
  const body = { version: version.id, expectedRevision: 3, reason: 'try', acceptUndecided: true }
  assert.deepEqual(asked, [{ ...body, traffic: { requestsPerDay: 300 } }])
  assert.match(said.join(), /The traffic could not be counted: the stages do not rest on it/)
})
