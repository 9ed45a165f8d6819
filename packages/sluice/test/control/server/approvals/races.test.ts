import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import { openStore } from '../../../../src/control/store/open-store.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { raceOfApprovers, raceOfVerdicts } from '../../../support/approval-races.ts'

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
