import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '@sluice/client'
import { startDriftWatch } from '../../../src/control/drift/drift-watch.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { toldFaults } from '../../support/loop-faults.ts'
import { until } from '../../support/until.ts'
import { activeStore, falling } from './traffic.ts'

test('the state of a feature is read only where an entry has come since, so that looking at a thousand is cheap', async () => {
  const store = await activeStore()
  await store.append(falling(20))
  const [reads, pages, looks] = [[] as string[], [] as number[], { at: 0 }]
  const watched: Store = {
    ...store,
    checkpoint(name) {
      reads.push(name)
      return store.checkpoint(name)
    },
    withEntriesAfter(seqs) {
      looks.at += 1
      return store.withEntriesAfter(seqs)
    },
    readLog(page) {
      pages.push(page.after)
      return store.readLog(page)
    },
  }
  const faults = toldFaults(systemClock, (error) => assert.fail(String(error)))
  const watch = startDriftWatch({ store: watched, clock: systemClock, nightOf: () => undefined, faults, everyMs: 1 })
  await until(() => looks.at > 5, 'looks at a feature without new entries')
  assert.deepEqual({ reads, pages }, { reads: ['drift:mail'], pages: [0] })
  await store.append(falling(21).slice(20))
  await until(async () => (await store.checkpoint('drift:mail'))?.cursor === 21, 'the new entry to be read')
  await watch.close()
})

test('where the store has gone back to an older state, each feature is looked at anew', async () => {
  const [older, newer] = [await activeStore(), await activeStore()]
  await newer.append(falling(20))
  let present = newer
  const looks = { at: 0 }
  const store: Store = {
    ...newer,
    head: () => present.head(),
    features: () => present.features(),
    checkpoint: (name) => present.checkpoint(name),
    saveCheckpoint: (...saved) => present.saveCheckpoint(...saved),
    readLog: (page) => present.readLog(page),
    withEntriesAfter(seqs) {
      looks.at += 1
      return present.withEntriesAfter(seqs)
    },
  }
  const faults = toldFaults(systemClock, (error) => assert.fail(String(error)))
  const watch = startDriftWatch({ store, clock: systemClock, nightOf: () => undefined, faults, everyMs: 1 })
  await until(() => looks.at > 1, 'the log to be read to its end')
  present = older
  await older.append(falling(3))
  await until(async () => (await older.checkpoint('drift:mail'))?.cursor === 3, 'the entries of the older state')
  await watch.close()
})

test('where it cannot be told which features have new entries, that is a fault of the loop, and is tried again', async () => {
  const store = await activeStore()
  await store.append(falling(3))
  const looks = { at: 0 }
  const failing: Store = {
    ...store,
    async withEntriesAfter(seqs) {
      looks.at += 1
      if (looks.at <= 2) throw new Error('no such index')
      return store.withEntriesAfter(seqs)
    },
  }
  const told: string[] = []
  const faults = toldFaults(systemClock, (error) => told.push(String(error)))
  const watch = startDriftWatch({ store: failing, clock: systemClock, nightOf: () => undefined, faults, everyMs: 1 })
  await until(async () => (await store.checkpoint('drift:mail'))?.cursor === 3, 'the entries, after the faults')
  assert.deepEqual(told, ['Error: no such index', 'Error: no such index'])
  await watch.close()
})
