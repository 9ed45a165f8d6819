import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyChain } from '../../../../src/control/release/audit-chain.ts'
import type { Implementation } from '../../../support/store/implementations.ts'
import { change, draft, feature, proposal, start } from '../../../support/store/store-samples.ts'

const day = 86_400_000

export function testProposals({ name: kind, open, openPlace }: Implementation): void {
  test(`${kind}: a proposal is written with its rows, counted up, and pending until it ends`, async (context) => {
    const store = await open(context)
    const first = proposal('ap-1')
    const written = await store.commit(change('summary', { proposal: first }))
    assert.ok(written.outcome === 'committed')
    assert.deepEqual(written.proposal, { ...first, revision: 1 })
    await store.commit(change('other', { proposal: proposal('ap-2', { feature: 'other' }) }))
    assert.deepEqual(await store.proposal('ap-1'), { ...first, revision: 1 })
    const ids = async (of: string | null) => (await store.pendingProposals(of)).map(({ id }) => id)
    assert.deepEqual([await ids(null), await ids('other'), await ids('none')], [['ap-1', 'ap-2'], ['ap-2'], []])
    const ended = { at: start, tokenId: 't1', name: 'ann', reason: null }
    const done = await store.commit({
      ...change('summary', { feature: feature('summary'), proposal: { ...first, revision: 1, state: 'done', ended } }),
      auditBefore: [draft('summary', { action: 'approval.approve' })],
    })
    assert.ok(done.outcome === 'committed')
    assert.deepEqual(
      done.rows.map(({ seq, action, revision }) => [seq, action, revision]),
      [
        [2, 'approval.approve', 3],
        [3, 'active.set', 3],
      ],
    )
    assert.deepEqual(await store.audit('summary', { after: 1 }), done.rows)
    const rows = await store.audit('summary')
    assert.deepEqual(verifyChain(rows, await store.auditHead('summary')), { ok: true, rows: 3 })
    assert.deepEqual([await ids(null), (await store.proposal('ap-1'))?.state], [['ap-2'], 'done'])
    assert.equal(await store.proposal('ap-3'), undefined)
  })

  test(`${kind}: of two changes of one proposal one is made, and the other leaves nothing`, async (context) => {
    const store = await open(context)
    await store.commit(change('summary', { proposal: proposal('ap-1') }))
    const next = proposal('ap-1', { revision: 1 })
    const results = await Promise.all([
      store.commit(change('summary', { feature: feature('summary'), proposal: next })),
      store.commit(change('summary', { proposal: next })),
    ])
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), ['committed', 'conflict'])
    assert.equal((await store.proposal('ap-1'))?.revision, 2)
    assert.equal((await store.audit('summary')).length, 2)
    const late = await store.commit(change('summary', { feature: feature('summary', { revision: 9 }), proposal: next }))
    assert.deepEqual([late, await store.revision()], [{ outcome: 'conflict' }, 2])
  })

  test(`${kind}: a proposal is kept for 90 days after its end`, async (context) => {
    const store = await open(context)
    const ended = { at: start, tokenId: null, name: 'sluice', reason: 'late' }
    await store.commit(change('summary', { proposal: proposal('ap-1', { state: 'lapsed', ended }) }))
    const later = async (id: string, days: number) => {
      const audit = draft('summary', { at: start + days * day })
      await store.commit({ audit, proposal: proposal(id) })
      return (await store.proposal('ap-1'))?.id
    }
    assert.deepEqual([await later('ap-2', 89), await later('ap-3', 91)], ['ap-1', undefined])
    assert.equal((await store.pendingProposals(null)).length, 2)
  })

  if (!openPlace) return
  test(`${kind}: a proposal outlives the process, and one that cannot be read is named and left out`, async (context) => {
    const { store, open: again, tamper } = await openPlace(context)
    await store.commit(change('summary', { proposal: proposal('ap-1') }))
    await store.commit(change('summary', { proposal: proposal('ap-2') }))
    await tamper(`UPDATE proposals SET document = '{}' WHERE id = 'ap-2'`)
    await store.close()
    const reopened = await again()
    assert.deepEqual(
      (await reopened.pendingProposals(null)).map(({ id }) => id),
      ['ap-1'],
    )
    assert.deepEqual(reopened.damaged(), [{ kind: 'proposal', feature: 'summary', row: 'ap-2' }])
    await assert.rejects(reopened.proposal('ap-2'), { fault: 'damaged' })
  })
}
