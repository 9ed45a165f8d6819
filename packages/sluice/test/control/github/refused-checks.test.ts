import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '@sluice/client'
import { createRefusedChecks } from '../../../src/control/github/refused-checks.ts'

const minute = 60_000
const check = {
  feature: 'mail',
  seq: 1,
  commit: 'c1',
  id: 'r1',
  conclusion: null,
  title: 't',
  summary: 's',
  link: undefined,
}

test('a check that was refused is tried again after its wait, also where the wall clock was set back by a day', () => {
  const time = { wall: Date.parse('2026-11-24T09:00:00Z'), steady: 0 }
  const advance = (ms: number) => {
    time.wall += ms
    time.steady += ms
  }
  const checks = createRefusedChecks({ ...systemClock, now: () => time.wall, steady: () => time.steady })
  assert.deepEqual(checks.refuse(check, 'commit'), { isFirst: true, waitMs: 5 * minute })
  time.wall -= 24 * 60 * minute
  advance(5 * minute - 1)
  assert.deepEqual([checks.refused('c1'), checks.refused('c2'), checks.due()], ['commit', null, []])
  advance(1)
  assert.deepEqual([checks.refused('c1'), checks.due()], [null, [check]])
})

test('what another replica has said meanwhile, or keeps in newer words, is not said in the older ones', () => {
  const checks = createRefusedChecks(systemClock)
  for (const id of ['r1', 'r2', 'r3']) checks.keep({ ...check, id })
  const late = [
    { feature: 'mail', seq: 1, id: 'r1' },
    { feature: 'mail', seq: 2, id: 'r2' },
  ]
  assert.deepEqual(checks.adopt(late), [{ feature: 'mail', seq: 2, id: 'r2' }])
  assert.deepEqual(checks.late(), [{ feature: 'mail', seq: 1, id: 'r1' }])
})
