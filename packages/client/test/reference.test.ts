import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { SluiceClient } from '../src/index.ts'
import { hmac } from '../src/outcomes/hmac.ts'
import { fakePlane } from './support/fake-plane.ts'
import { featureWith, snapshot } from './support/snapshots.ts'
import { startClient } from './support/started-client.ts'

const untyped = (value: unknown) => value as never

test('the code is HMAC-SHA-256', () => {
  for (const length of [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 1000])
    for (const key of ['', 'key', 'k'.repeat(64)]) {
      const text = 'ab~'.repeat(length).slice(0, length)
      assert.equal(hmac(key, text), createHmac('sha256', key).update(text).digest('base64'))
    }
})

async function referenceOf(client: SluiceClient, unit: string): Promise<string> {
  const route = client.route('mail', unit)
  assert.equal(route.reference(), null)
  await route.run(() => 'Hi')
  return String(route.reference())
}

test('feedback names the request that was referred to, whoever the unit is, and takes known fields alone', async () => {
  const plane = fakePlane(snapshot(1, featureWith({ ppm: 1_000_000 })))
  await using started = await startClient(plane)
  for (const unit of ['ann', 'é~💥\ud800', '"quoted"', 'x'.repeat(1024)]) {
    const reference = await referenceOf(started.client, unit)
    assert.match(reference, /^[\w.-]+$/)
    started.client.feedback(reference, untyped({ thumb: 'up', kind: 'request', error: 'no', of: 'other', unit: 'bob' }))
    await started.client.flush()
    const [request, feedback, ...more] = plane.batches
      .splice(0)
      .flat()
      .sort((one) => (one.kind === 'feedback' ? 1 : -1))
    const { id, observedAt, ...rest } = feedback ?? {}
    assert.deepEqual(rest, {
      ...{
        kind: 'feedback',
        of: request?.id,
        feature: 'mail',
        version: 'b',
        rolloutId: 'r-1',
        arm: 'canary',
        stage: 0,
      },
      ...{ unit, score: 1 },
    })
    assert.deepEqual(more, [])
  }
})

test('a reference that was changed, cut or made by another is refused; so is what is none', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  await using other = await startClient(plane, { token: 'another' })
  const reference = await referenceOf(started.client, 'ann')
  const [name = '', code = ''] = reference.split('.')
  const forged = btoa(atob(name).replace('ann', 'bob')).replaceAll('=', '')
  const wrong: unknown[] = [
    await referenceOf(other.client, 'ann'),
    ...[`${forged}.${code}`, name, `${name}.`, `.${code}`, reference.slice(0, -1), `${reference}x`, `${reference}.x`],
    ...['', 'x', '.', 'x.y', '\ud800.\0', 'x'.repeat(2_000_000), undefined, null, 7, {}, [reference], Symbol('x')],
    { id: 'q', feature: 'mail', version: 'a', kind: 'request', error: 'no' },
  ]
  for (let at = 0; at < reference.length; at += 1) {
    // The second has the same lowest byte.
    const other = String.fromCharCode(0x100 + reference.charCodeAt(at))
    for (const edit of ['!', other]) wrong.push(reference.slice(0, at) + edit + reference.slice(at + 1))
  }
  for (const each of wrong) {
    started.client.feedback(untyped(each), { thumb: 'up' })
    assert.equal(started.diagnostics.at(-1)?.code, 'invalid-reference')
  }
  for (const said of [
    undefined,
    null,
    'up',
    { thumb: 'sideways' },
    { score: Number.NaN },
    { score: '1' },
    { comment: 'x' },
  ]) {
    started.client.feedback(reference, untyped(said))
    assert.equal(started.diagnostics.at(-1)?.code, 'invalid-feedback')
  }
  await started.client.flush()
  assert.equal(plane.batches.flat().filter(({ kind }) => kind === 'feedback').length, 0)
})

test('processes with the same key take each other references, whatever their tokens', async () => {
  const plane = fakePlane(snapshot(1))
  const referenceKey = 'a key of all processes \ud800'
  await using before = await startClient(plane, { token: 'old', referenceKey })
  await using after = await startClient(plane, { token: 'new', referenceKey })
  await using without = await startClient(plane, { token: 'old' })
  const reference = await referenceOf(before.client, 'ann')
  after.client.feedback(reference, { score: 0.5, comment: 'late' })
  without.client.feedback(reference, { score: 0.5 })
  await Promise.all([after.client.flush(), without.client.flush()])
  assert.deepEqual(
    plane.batches.flat().map(({ kind }) => kind),
    ['feedback'],
  )
})
