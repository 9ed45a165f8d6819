import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import { openStore } from '../../../../src/control/store/open-store.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import type { Proposal } from '../../../../src/records/proposal.ts'
import { ruled } from '../../../support/control-plane/ruled.ts'
import { raceOfApprovers, raceOfVerdicts } from '../../../support/store/approval-races.ts'

const stores: Record<string, (folder: string) => Promise<Store>> = {
  memory: async () => memoryStore(),
  sqlite: (dataDir) => openStore({ dataDir }),
}

for (const [kind, open] of Object.entries(stores)) {
  const withStore = (name: string, run: (store: Store) => Promise<void>) =>
    test(`${kind}: ${name}`, async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'sluice-approvals-'))
      const store = await open(folder)
      try {
        await run(store)
      } finally {
        await store.close()
        rmSync(folder, { recursive: true, force: true })
      }
    })
  withStore('of three who approve at once, one makes the release', (store) => raceOfApprovers(store, store, 1))
  withStore('of three who approve at once, two make the release', (store) => raceOfApprovers(store, store, 2))
  withStore('of one who approves and one who rejects, one is refused', (store) => raceOfVerdicts(store, store))
}

for (const what of ['approve', 'reject'])
  test(`whoever comes just too late to ${what} reads that it was made, not that it does not hold`, async () => {
    const store = memoryStore()
    let before: Proposal | undefined
    const proposal = async (id: string) => {
      const read = before ?? (await store.proposal(id))
      before = undefined
      return read
    }
    await using plane = await ruled({}, { store: { ...store, proposal } })
    await plane.token('bob-the-approver', { scopes: ['approver'] })
    const { id } = (await plane.propose()).body
    const open = await store.proposal(id)
    assert.equal((await plane.decide(id, 'approve')).status, 200)
    before = open
    const late = await plane.decide(id, what, 'bob-the-approver')
    assert.deepEqual([late.status, late.body.code], [409, 'proposal-over'])
    assert.match(late.body.detail, /was approved and made by/)
    assert.equal((await store.proposal(id))?.state, 'done')
  })
