import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RefusalError } from '../../../src/control/remote/refusal.ts'
import type { RemoteControlPlane } from '../../../src/control/remote/remote-control-plane.ts'
import { rolloutText } from '../../../src/control/remote/rollout-text.ts'
import { beginRollout, forecastOf, type RolloutRequest } from '../../../src/control/remote/rollouts.ts'
import { SluiceError } from '../../../src/errors.ts'
import { runningRollout as rollout } from './running-rollout.ts'

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

test('a forecast that failed is told with why, and one that an older server does not make is not missed', async () => {
  const shown = async (error: Error) => {
    const forecast = await forecastOf({ forecast: () => Promise.reject(error) }, rollout)
    const text = rolloutText({ ...rollout, ...(forecast && { forecast }) }, [], 0).replaceAll(/\n +/g, ' ')
    return { forecast, text }
  }
  const problem = (status: number, code: string, detail: string) =>
    new RefusalError(status, JSON.stringify({ status, code, title: 'x', type: 'about:blank', detail }), 'http://x')
  const uncounted = await shown(problem(503, 'traffic-uncounted', 'The traffic could not be counted.'))
  assert.match(uncounted.text, / How it ends is not known\. The traffic could not be counted\.\n$/)
  const { at, ...told } = uncounted.forecast ?? {}
  assert.deepEqual(told, { forecast: null, unknown: 'failed', detail: 'The traffic could not be counted.' })
  const proxied = await shown(new RefusalError(502, '<html>', 'http://x'))
  assert.match(proxied.text, / How it ends is not known\. http:\/\/x: answered with status 502/)
  const silent = await shown(new SluiceError('cannot-run', 'http://x: no control plane answers there'))
  assert.match(silent.text, / How it ends is not known\. http:\/\/x: no control plane answers there\n$/)
  const older = await shown(problem(404, 'not-found', 'There is no such route.'))
  assert.deepEqual([older.forecast, /not known/.test(older.text)], [null, false])
  await assert.rejects(shown(new TypeError('a fault of this program')), TypeError)
  const text = (unknown: string) =>
    rolloutText({ ...rollout, forecast: { forecast: null, unknown, at: 0 } }, [], 0).replaceAll(/\n +/g, ' ')
  assert.match(text('tides'), / When it ends cannot be said \(tides\)\./, 'of a newer server')
  assert.doesNotMatch(text('paused'), /cannot be said/)
})
