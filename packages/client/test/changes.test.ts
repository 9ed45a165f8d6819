import assert from 'node:assert/strict'
import { test } from 'node:test'
import { snapshotHash } from '../../sluice/test/support/snapshot-hash.ts'
import type { Snapshot, SnapshotChange } from '../src/index.ts'
import { applyChange } from '../src/snapshot/apply-change.ts'
import { fakePlane } from './support/fake-plane.ts'
import { featureWith, snapshot } from './support/snapshots.ts'
import { startClient } from './support/started-client.ts'

const hashed = (revision: number, features: Snapshot['features']): Snapshot => {
  return { ...snapshot(revision), features, hash: snapshotHash(features) }
}

const active = (id: string) => ({ ...featureWith(), active: id })

/** The features of a change are those that differ. */
function changeBetween(from: Snapshot, to: Snapshot, features: SnapshotChange['features']): SnapshotChange {
  const { epoch, revision, hash } = to
  return {
    schema: 'sluice.change/1',
    epoch,
    from: { revision: from.revision, hash: from.hash },
    revision,
    hash,
    features,
  }
}

const before = hashed(1, { mail: active('a'), chat: active('a'), '10': active('a'), '9': active('a'), ä: active('a') })
const after = hashed(2, { mail: active('b'), '10': active('a'), '9': active('a'), ä: active('a'), new: active('b') })
const difference = { mail: active('b'), chat: null, new: active('b') }

test('a change makes the next snapshot of the one it is for, and its hash proves it', () => {
  assert.deepEqual(applyChange(before, changeBetween(before, after, difference)), after)
})

test('what is for another snapshot, or leads elsewhere, is not applied', () => {
  const right = changeBetween(before, after, difference)
  const wrong: unknown[] = [
    { ...right, from: { ...right.from, hash: 'another' } },
    { ...right, from: { ...right.from, revision: 7 } },
    { ...right, epoch: 'another' },
    { ...right, features: { ...difference, mail: active('a') } },
    { ...right, features: { mail: active('b') } },
    { ...right, schema: 'sluice.change/2' },
    ...[null, 'text', {}],
  ]
  for (const change of wrong) assert.equal(applyChange(before, change), undefined, JSON.stringify(change))
  assert.equal(applyChange(undefined, right), undefined)
})

test('a client takes changes over its stream, and asks for the whole where one does not fit', async () => {
  const plane = fakePlane(before)
  let asked: string | null = null
  plane.interfere((path, { headers }) => {
    if (path === '/v1/stream') asked = new Headers(headers).get('prefer')
    return undefined
  })
  await using started = await startClient(plane)
  await started.pass(1)
  assert.equal(asked, 'changes')
  const send = (change: SnapshotChange) => {
    for (const stream of plane.streams)
      stream.send(`event: change\nid: ${change.revision}\ndata: ${JSON.stringify(change)}\n\n`)
  }
  const snapshots = () => plane.requests.filter((request) => request === 'GET /v1/snapshot').length
  plane.publish(after, { push: false })
  send(changeBetween(before, after, difference))
  await started.pass(1)
  assert.deepEqual(
    [started.client.route('mail', 'ann').version, plane.acks.at(-1)?.hash, snapshots()],
    ['b', after.hash, 0],
  )
  const last = hashed(3, { ...after.features, mail: active('a') })
  plane.publish(last, { push: false })
  send(changeBetween(after, last, {}))
  await started.pass(1)
  assert.deepEqual(
    [started.client.route('mail', 'ann').version, plane.acks.at(-1)?.hash, snapshots()],
    ['a', last.hash, 1],
  )
})
