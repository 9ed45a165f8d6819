import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyChain } from '../../../src/control/release/audit-chain.ts'
import type { ReleaseEvent } from '../../../src/control/release/release-event.ts'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { AuditRow } from '../../../src/records/audit-row.ts'
import { liveSettingsSchema } from '../../../src/records/rollout/rollout-settings.ts'
import { at, start } from '../../support/store/state-arbitrary.ts'
import { versionOf } from './version.ts'

const reason = 'because'
const activate = (version: string): ReleaseEvent => ({ type: 'activate', version, reason })

/** A store in which the versions a, b and c of `summary` are published and a is active. */
async function released(): Promise<Store> {
  const store = memoryStore()
  for (const id of ['a', 'b', 'c'])
    await store.commit({
      version: versionOf(id, {
        live: liveSettingsSchema.parse({ store: id === 'b', judge: { percent: 5 } }),
        publishedAt: id === 'b' ? 2 : 1,
      }),
      audit: {
        chain: 'summary',
        at: 0,
        actor: 'ci',
        tokenId: null,
        action: 'version.publish',
        reason: null,
        before: null,
        after: id,
        evidence: null,
      },
    })
  await applyEvent(store, 'summary', activate('a'), at(1), { tokenId: 't' })
  return store
}

const happen = (store: Store, event: ReleaseEvent) => applyEvent(store, 'summary', event, at(2), { tokenId: 't' })

/** The same store, where others always write between looking and committing. */
function contended(store: Store, meanwhile: () => Promise<unknown>): Store {
  return {
    ...store,
    commit: async (change) => {
      await meanwhile()
      return store.commit(change)
    },
  }
}

test('an event and its row in the log are one commit', async () => {
  const store = await released()
  const result = await happen(store, start('b'))
  assert.equal(result.outcome, 'committed')
  const rows = await store.audit('summary')
  const { actor, tokenId, action, before, after } = rows.at(-1)!
  assert.deepEqual([actor, tokenId, action], ['anna', 't', 'rollout.start'])
  assert.deepEqual(before, { active: 'a', rollout: null })
  assert.deepEqual(after, {
    active: 'a',
    rollout: {
      id: 'to-b',
      state: 'running',
      incumbent: 'a',
      canary: 'b',
      stage: 0,
      ppm: 10_000,
      override: null,
    },
  })
  assert.equal(rows.at(-1)?.revision, (await store.feature('summary'))?.revision)
  await happen(store, { type: 'rollBack', reason: 'worse', evidence: { logE: 3 } })
  const [last] = (await store.audit('summary')).slice(-1)
  assert.deepEqual([last?.action, last?.reason, last?.evidence], ['rollout.rollBack', 'worse', { logE: 3 }])
  assert.deepEqual(verifyChain(await store.audit('summary'), await store.auditHead('summary')), { ok: true, rows: 6 })
})

test('what is captured follows the newest version in production', async () => {
  const store = await released()
  const captured = async () => (await store.feature('summary'))?.capture
  assert.equal(await captured(), null, 'a may not be stored')
  await happen(store, start('b'))
  assert.deepEqual(await captured(), { incumbent: 50_000, canary: 50_000 })
  await happen(store, { type: 'rollBack', reason })
  assert.equal(await captured(), null)
})

test('a version that was never published is refused, and nothing is written', async () => {
  const store = await released()
  const revision = await store.revision()
  for (const event of [activate('x'), start('x'), { type: 'rollBack', to: 'x', reason } as const])
    await assert.rejects(happen(store, event), { conflict: 'unknown-version' })
  assert.equal(await store.revision(), revision)
})

test('of a promotion and a rollback at the same time one wins, and the log tells which', async () => {
  for (const order of [0, 1]) {
    const store = await released()
    await happen(store, start('b'))
    const both = [
      () => happen(store, { type: 'promote', rolloutId: 'to-b', reason }),
      () => happen(store, { type: 'rollBack', rolloutId: 'to-b', reason }),
    ]
    const results = await Promise.allSettled((order ? both.reverse() : both).map((one) => one()))
    const losers = results.filter(({ status }) => status === 'rejected')
    assert.equal(losers.length, 1)
    assert.equal((losers[0] as PromiseRejectedResult).reason.conflict, 'other-rollout')
    const state = await store.feature('summary')
    const [last] = (await store.audit('summary')).slice(-1)
    assert.equal(last?.action, state?.active === 'b' ? 'rollout.promote' : 'rollout.rollBack')
  }
})

test('an event that lost a race happens to the state that it then finds', async () => {
  const store = await released()
  let raced = false
  const slow = contended(store, async () => {
    if (!raced) await happen(store, activate('c'))
    raced = true
  })
  const result = await applyEvent(slow, 'summary', activate('b'), at(3), { tokenId: null })
  assert.equal(result.outcome === 'committed' && result.feature?.history.at(-2)?.version, 'c')
})

test('one who never gets through gives up', async () => {
  const store = await released()
  const flip = async () => happen(store, activate((await store.feature('summary'))?.active === 'b' ? 'a' : 'b'))
  await assert.rejects(applyEvent(contended(store, flip), 'summary', activate('c'), at(3), { tokenId: null }), {
    conflict: 'busy',
  })
})

test('a repeated request finds its first answer, even when it races itself', async () => {
  const store = await released()
  const remember = { key: 't:1', answer: () => ({ requestHash: 'h', status: 200, body: 'first', at: 3 }) }
  const once = () => applyEvent(store, 'summary', activate('b'), at(3), { tokenId: 't', remember })
  const outcomes = (await Promise.all([once(), once(), once()])).map(({ outcome }) => outcome)
  assert.deepEqual(outcomes.toSorted(), ['committed', 'repeated', 'repeated'])
  const again = await once()
  assert.equal(again.outcome === 'repeated' && again.answer.body, 'first')
  assert.equal((await store.audit('summary')).length, 5)
})

test('a change that was decided on an older state is refused, and told what came between and by whom', async () => {
  const store = await released()
  const seen = (await store.feature('summary'))?.revision
  await applyEvent(store, 'summary', activate('b'), at(2, 'ann'), { tokenId: 't', seen })
  await assert.rejects(applyEvent(store, 'summary', activate('c'), at(3, 'bob'), { tokenId: 't', seen }), {
    conflict: 'changed-meanwhile',
    message: /ann activated b at 1970-01-01T00:00:00.002Z \(because\)\. Read it again/,
  })
  assert.equal((await store.feature('summary'))?.active, 'b')
})

test('what the controller did meanwhile is told without its reason, which may name who reports', async () => {
  const store = await released()
  await happen(store, start('b'))
  const seen = (await store.feature('summary'))?.revision
  const because = 'comes from instance web-6 (token t-3f2a91bc04d7)'
  await applyEvent(store, 'summary', { type: 'advance', reason: because }, at(2, 'sluice'), { tokenId: null })
  await assert.rejects(applyEvent(store, 'summary', activate('c'), at(3, 'bob'), { tokenId: 't', seen }), {
    message: /: sluice [^()]* b at 1970-01-01T00:00:00\.002Z\. Read it again/,
  })
})

test('who takes back the active version while a canary runs takes back no canary, in the log and to others', async () => {
  const store = await released()
  await happen(store, activate('b'))
  await happen(store, start('c'))
  const seen = (await store.feature('summary'))?.revision
  await applyEvent(store, 'summary', { type: 'rollBack', from: 'b', reason }, at(2, 'ann'), { tokenId: 't', seen })
  const [last] = (await store.audit('summary')).slice(-1)
  assert.equal(last?.action, 'active.rollBack')
  const late = (row: AuditRow) =>
    assert.rejects(
      applyEvent({ ...store, audit: async () => [row] }, 'summary', activate('c'), at(3, 'bob'), {
        tokenId: 't',
        seen,
      }),
      { message: /: ann rolled back the active version b at 1970-01-01T00:00:00\.002Z \(because\)\. Read it again/ },
    )
  await late(last)
  // As rows of earlier versions have it.
  await late({ ...last, action: 'rollout.rollBack' })
})

test('of two changes at the same moment that were decided on the same state one is refused', async () => {
  const events: [ReleaseEvent, ReleaseEvent][] = [
    [activate('b'), activate('c')],
    [activate('b'), start('c')],
    [start('b', 'first'), start('c', 'second', true)],
  ]
  for (const [one, other] of events) {
    const store = await released()
    const seen = (await store.feature('summary'))?.revision
    const both = [one, other].map((event) => applyEvent(store, 'summary', event, at(2), { tokenId: 't', seen }))
    const results = await Promise.allSettled(both)
    assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  }
})

test('what protects users is not held up by what the controller did meanwhile, but by what a person did', async () => {
  const [pause, abort, rollBack]: ReleaseEvent[] = [
    { type: 'pause', reason },
    { type: 'abort', reason },
    { type: 'rollBack', from: 'b', reason },
  ]
  for (const event of [pause!, abort!, rollBack!]) {
    for (const person of [false, true]) {
      const store = await released()
      await happen(store, start('b'))
      const seen = (await store.feature('summary'))?.revision
      const advance: ReleaseEvent = { type: 'advance', reason }
      await applyEvent(store, 'summary', advance, at(3, person ? 'ann' : 'sluice'), { tokenId: person ? 't' : null })
      const late = applyEvent(store, 'summary', event, at(4), { tokenId: 't', seen })
      if (person) await assert.rejects(late, { conflict: 'changed-meanwhile' })
      else assert.equal((await late).outcome, 'committed')
    }
  }
})
