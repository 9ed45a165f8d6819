import assert from 'node:assert/strict'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openNights } from '../../../src/gate/nightly/history.ts'
import { createProject } from '../../support/project.ts'
import { nightOn, storeNights } from '../../support/stored-history.ts'

test('a control plane reads the latest nights of a feature, oldest first, and no more than it asks for', () => {
  using project = createProject({})
  storeNights(project.root, [
    ...[3, 1, 2].map((day) => nightOn(day)),
    nightOn(4, {
      ...{ verdict: 'fail', reasons: [{ code: 'provider-drift', message: 'It answers otherwise.' }] },
      ...{ score: { mean: null, ciLow: null, ciHigh: null, threshold: 0.82 }, costUsd: null, unpricedCalls: 7 },
    }),
    nightOn(5, { feature: 'other' }),
  ])
  const nights = openNights(project.root)
  try {
    assert.deepEqual(
      nights.nightsOf('email-summary', 3).map(({ at }) => new Date(at).toISOString().slice(0, 10)),
      ['2026-11-02', '2026-11-03', '2026-11-04'],
    )
    assert.deepEqual(nights.nightsOf('email-summary', 1), [
      {
        ...{ at: Date.UTC(2026, 10, 4, 2), version: 'aaaaaaaaaaaa', verdict: 'fail', codes: ['provider-drift'] },
        ...{ score: { mean: null, ciLow: null, ciHigh: null }, costUsd: null, unpricedCalls: 7 },
      },
    ])
    assert.deepEqual(nights.nightsOf('unknown', 14), [])
  } finally {
    nights.close()
  }
})

test('a night that is damaged is named, and does not become a night that passed', () => {
  using project = createProject({})
  storeNights(project.root, [nightOn(1)])
  const database = new DatabaseSync(path.join(project.root, '.sluice/sluice.db'))
  database.exec(`UPDATE nights SET record = json_set(record, '$.verdict', 'fine')`)
  database.close()
  const nights = openNights(project.root)
  assert.throws(() => nights.nightsOf('email-summary', 1), /sluice\.db.*its table nights is damaged.*verdict/)
  nights.close()
})

test('where no project has nights, none is known, and no store is made', () => {
  using project = createProject({})
  const nights = openNights(project.root)
  assert.deepEqual(nights.nightsOf('email-summary', 14), [])
  nights.close()
})
