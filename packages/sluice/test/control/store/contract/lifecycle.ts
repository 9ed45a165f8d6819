import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyChain } from '../../../../src/control/release/audit-chain.ts'
import type { Fence, Lease } from '../../../../src/control/store/lease-store.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { StoreError } from '../../../../src/control/store/store-error.ts'
import { SluiceError } from '../../../../src/errors.ts'
import type { Implementation } from '../../../support/store/implementations.ts'
import {
  change,
  content,
  feature,
  instance,
  key,
  newToken,
  request,
  task,
  version,
} from '../../../support/store/store-samples.ts'
import { until } from '../../../support/until.ts'

export function testLifecycle({ name: kind, open, openPlace, newerSchema = '' }: Implementation): void {
  test(`${kind}: one holder leads at a time`, async (context) => {
    const store = await open(context)
    const claims = await Promise.all([store.lead('controller'), store.lead('controller'), store.lead('judge')])
    assert.equal(claims.slice(0, 2).filter(Boolean).length, 1)
    const lease = claims.find(Boolean)
    assert.ok(lease && claims[2])
    assert.equal(lease.held(), true)
    await lease.release()
    await lease.release()
    assert.equal(lease.held(), false)
    assert.equal(claims[2].held(), true)
    const next = await store.lead('controller')
    assert.equal(next?.held(), true)
    assert.equal(lease.held(), false)
    await next?.release()
    await claims[2].release()
  })

  test(`${kind}: a lease that nobody renews ends by itself, and its holder's late write is refused`, async (context) => {
    const store = await open(context)
    const [first, other] = [
      await store.lead('controller', { forMs: 60_000 }),
      await store.lead('judge', { forMs: 60_000 }),
    ]
    assert.ok(first && other)
    assert.deepEqual(
      (await store.leases()).map(({ name, ours }) => [name, ours]),
      [
        ['controller', true],
        ['judge', true],
      ],
    )
    await first.release()
    const frozen = await store.lead('controller', { forMs: 200 })
    assert.ok(frozen)
    let next: Lease | undefined
    await until(async () => {
      next = await store.lead('controller')
      return next !== undefined
    }, 'the end of the lease')
    assert.ok(next && next.fence.number > frozen.fence.number)
    assert.deepEqual([frozen.held(), await frozen.renew(), other.held()], [false, false, true])
    const left = async () => (await store.leases()).find(({ name }) => name === 'judge')?.leftMs ?? 0
    await until(async () => {
      const before = await left()
      return (await other.renew()) && (await left()) > before
    }, 'a longer time by renewing')
    await frozen.release()
    assert.equal(next.held(), true, 'what is lost releases nothing')
    const write = (fence: Fence) => store.commit(change('summary', { feature: feature('summary'), fence }))
    assert.equal((await write(frozen.fence)).outcome, 'conflict')
    assert.equal((await write(next.fence)).outcome, 'committed')
    const save = (fence: Fence, expected: number) =>
      store.saveCheckpoint('x', expected, { cursor: 7, state: {} }, { rolloutId: 'r1', records: new Map(), fence })
    const saved = [await save(frozen.fence, -1), await save(next.fence, -1), await save(frozen.fence, 7)]
    assert.deepEqual([...saved, await save(next.fence, 7)], [false, true, false, true])
    assert.equal(await store.revision(), 1)
  })

  if (!openPlace) return

  test(`${kind}: its clock goes on whatever that of the machine does`, async (context) => {
    const store = await open(context)
    const before = store.now?.() ?? 0
    assert.ok(Math.abs(before - Date.now()) < 60_000, String(before))
    const { now } = Date
    context.mock.method(Date, 'now', () => now() + 86_400_000)
    const after = store.now?.() ?? 0
    assert.ok(after >= before && after - before < 60_000, `${before} ${after}`)
  })

  test(`${kind}: everything is there after closing and opening again`, async (context) => {
    const { store, open } = await openPlace(context)
    await store.commit(change('summary', { feature: feature('summary'), token: newToken('t1') }))
    await store.commit(change('summary', { version: version('summary', 'aaaaaaaaaaaa') }))
    await store.append([request('a'), request('b')])
    await store.saveCheckpoint('r1', -1, { cursor: 1, state: 'x' })
    await store.enqueue([task('a')], 9)
    await store.putContent([content('a')])
    await store.acknowledge([instance('i')])
    const [lease, seen] = [await store.lead('controller'), await everythingIn(store)]
    assert.ok(lease)
    await store.close()
    const again = await open()
    assert.deepEqual(await everythingIn(again), seen)
    assert.deepEqual([again.epoch, again.secret], [store.epoch, store.secret])
    assert.ok(await again.lead('controller'), 'the lease ended with its store')
    assert.deepEqual(await again.append([request('b'), request('c')]), ['duplicate', 'accepted'])
  })

  const everythingIn = async (store: Store) => ({
    revision: await store.revision(),
    features: await store.features(),
    versions: await store.versions('summary'),
    tokens: await store.tokens(),
    audit: await store.audit('summary'),
    log: await store.readLog({ after: 0, limit: 9 }),
    checkpoint: await store.checkpoint('r1'),
    queued: await store.queued(),
    content: await store.content(key('a')),
    instances: await store.instances(0),
  })

  test(`${kind}: closing writes what is under way; afterwards every call says that it is closed`, async (context) => {
    const { store, open } = await openPlace(context)
    const writing = Promise.all([store.append([request('a')]), store.commit(change('summary'))])
    await store.close()
    await writing
    const isClosed = (error: unknown) => error instanceof StoreError && error.fault === 'closed' && !error.retryable
    await assert.rejects(store.append([request('b')]), isClosed)
    await assert.rejects(store.revision(), isClosed)
    await assert.rejects(store.ping(), isClosed)
    await store.close()
    const again = await open()
    assert.ok(await again.entry(key('a')))
    assert.equal(await again.revision(), 1)
  })

  test(`${kind}: an entry that cannot be stored is refused by itself, among many and beside other calls`, async (context) => {
    const { store } = await openPlace(context)
    const many = Array.from({ length: 40 }, (_, index) => request(`many-${index}`))
    const unkind = [
      { ...request('unkind'), feature: null as unknown as string },
      request('nul\0', {}),
      request('half \ud800'),
      request('unit', { unit: 'a\0' }),
      request('time', { receivedAt: Number.NaN }),
    ]
    const results = await Promise.all([
      store.append([request('a')]),
      store.append([...many.slice(0, 20), ...unkind, ...many.slice(20)]),
      store.append([request('b'), request('a')]),
    ])
    assert.deepEqual(results[0], ['accepted'])
    assert.deepEqual(
      results[1].map((result, place) => (place >= 20 && place < 20 + unkind.length ? result : `${result}!`)),
      [...Array(20).fill('accepted!'), ...Array(unkind.length).fill('refused'), ...Array(20).fill('accepted!')],
    )
    assert.deepEqual(results[2], ['accepted', 'duplicate'])
    assert.equal((await store.readLog({ after: 0, limit: 99 })).length, 42)
  })

  test(`${kind}: a time between two milliseconds is stored, as a clock may give it`, async (context) => {
    const { store } = await openPlace(context)
    assert.deepEqual(await store.append([request('a', { receivedAt: 1000.75 })]), ['accepted'])
    assert.equal(Math.floor((await store.entry(key('a')))?.receivedAt ?? 0), 1000)
  })

  test(`${kind}: a write that is refused leaves its neighbours of the same turn alone`, async (context) => {
    const { store } = await openPlace(context)
    const broken = { ...content('broken'), feature: null as unknown as string }
    const results = await Promise.allSettled([
      store.append([request('a')]),
      store.putContent([content('undone'), broken]),
      store.append([request('b')]),
    ])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    const { reason } = results[1] as PromiseRejectedResult
    assert.ok(reason instanceof StoreError)
    assert.deepEqual([reason.fault, reason.retryable], ['refused', false])
    assert.ok((await store.entry(key('a'))) && (await store.entry(key('b'))))
    assert.equal(await store.content(key('undone')), undefined)
  })

  test(`${kind}: what a newer Sluice wrote is refused, and left as it is`, async (context) => {
    const { store, open, tamper } = await openPlace(context)
    await store.close()
    await tamper(newerSchema)
    await assert.rejects(open(), (error: unknown) => {
      assert.ok(error instanceof SluiceError)
      assert.equal(error.exitCode, 4)
      assert.match(error.message, /^the store \S+ cannot be opened: it was written by a newer sluice \(schema 999\)/)
      assert.doesNotMatch(error.message, /sluice:sluice/)
      return true
    })
  })

  test(`${kind}: a damaged row is named, and is no answer`, async (context) => {
    const { store, tamper } = await openPlace(context)
    await store.commit(change('summary', { feature: feature('summary') }))
    await store.append([request('a')])
    await tamper(`UPDATE features SET document = '{"feature": "summary"}'; UPDATE log SET rest = '{'`)
    const isDamaged = (what: RegExp) => (error: unknown) =>
      error instanceof StoreError && error.fault === 'damaged' && !error.retryable && what.test(error.message)
    await assert.rejects(store.feature('summary'), isDamaged(/feature is damaged \(revision: .*backup/))
    await assert.rejects(store.entry(key('a')), isDamaged(/log entry 1 is damaged \(it is not JSON\)/))
  })

  test(`${kind}: a damaged row keeps nobody from the others, and is named`, async (context) => {
    const { store, tamper } = await openPlace(context)
    for (const name of ['a', 'b', 'c']) await store.commit(change(name, { feature: feature(name) }))
    const entries = Array.from({ length: 9 }, (_, index) =>
      request(`${index}`, { receivedAt: 0, feature: 'b', rolloutId: 'r7' }),
    )
    await store.append(entries)
    await tamper(
      `UPDATE features SET document = '[]' WHERE feature = 'b'; UPDATE log SET rest = '{' WHERE seq IN (1, 2, 3, 5);
       UPDATE audit SET document = '{' WHERE chain = 'b'`,
    )
    const names = async () => (await store.features()).map(({ feature }) => feature)
    assert.deepEqual(await names(), ['a', 'c'])
    const seqs = async (limit: number) => (await store.readLog({ after: 0, limit })).map(({ seq }) => seq)
    assert.deepEqual(
      [await seqs(2), await seqs(9)],
      [
        [4, 6],
        [4, 6, 7, 8, 9],
      ],
    )
    const [damaged, readable] = [entries[0]?.id ?? '', entries[3]?.id ?? '']
    assert.deepEqual(
      (await store.entries([key(damaged, 'b'), key(readable, 'b')])).map(({ id }) => id),
      [readable],
    )
    assert.deepEqual(
      store.damaged().map(({ kind, feature, row }) => `${kind} ${row} of ${feature}`),
      ['feature b of b', ...[1, 2, 3, 5].map((seq) => `log entry ${seq} of b`)],
    )
    const [rows, head] = [await store.audit('b'), await store.auditHead('b')]
    const verified = verifyChain(rows, head)
    assert.deepEqual([rows, 'fault' in verified && verified.fault, store.damaged().length], [[], 'truncated', 6])
    assert.equal(await store.pruneLog(1_000_000), 0, 'what cannot be read may have a rollout that is open')
    await tamper(
      `UPDATE features SET document = (SELECT replace(document, '"a"', '"b"') FROM features WHERE feature = 'a') WHERE feature = 'b'`,
    )
    assert.deepEqual(await names(), ['a', 'b', 'c'])
    assert.ok(store.damaged().every(({ kind }) => kind !== 'feature'))
  })

  test(`${kind}: whoever edits, removes or cuts off rows of the audit log behind the store's back is found out`, async (context) => {
    const { store, tamper } = await openPlace(context)
    for (const chain of ['a', 'b', 'c', 'd']) for (let row = 0; row < 3; row += 1) await store.commit(change(chain))
    await tamper(`UPDATE audit SET document = replace(document, 'because', 'whatever') WHERE chain = 'a' AND seq = 2;
      DELETE FROM audit WHERE chain = 'b' AND seq = 2; DELETE FROM audit WHERE chain = 'c' AND seq = 3`)
    const verdict = async (chain: string) => {
      const head = await store.auditHead(chain)
      const found = verifyChain(await store.audit(chain), head)
      return found.ok ? 'ok' : `${found.fault} ${found.seq}`
    }
    assert.deepEqual(await Promise.all(['a', 'b', 'c', 'd'].map(verdict)), [
      'edited 2',
      'removed 2',
      'truncated 3',
      'ok',
    ])
  })
}
