import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '@sluice/client'
import { createRefusedChecks } from '../../../src/control/github/refused-checks.ts'

const minute = 60_000
const day = 24 * 60 * minute
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

test('a check that could not be said for a week is left out, by its own age', () => {
  const time = { steady: 0 }
  const checks = createRefusedChecks({ ...systemClock, steady: () => time.steady })
  const newer = { ...check, seq: 2 }
  checks.keep(check)
  time.steady += 6 * day
  checks.keep(newer)
  time.steady += 6 * day
  checks.keep(newer)
  assert.deepEqual(checks.due(), [newer])
  time.steady += 2 * day
  assert.deepEqual(checks.due(), [])
})

test('what another replica has said meanwhile, or keeps in newer words, is not said in the older ones', () => {
  const checks = createRefusedChecks(systemClock)
  for (const commit of ['c1', 'c2', 'c3']) checks.keep({ ...check, commit })
  const late = [
    { feature: 'mail', commit: 'c1', seq: 1 },
    { feature: 'mail', commit: 'c2', seq: 2 },
  ]
  assert.deepEqual(checks.adopt(late), [{ feature: 'mail', commit: 'c2', seq: 2 }])
  assert.deepEqual(checks.late(), [{ feature: 'mail', commit: 'c1', seq: 1 }])
})

test('of a commit and a feature the newest check is kept, until it or a newer one is said', () => {
  const checks = createRefusedChecks(systemClock)
  const chat = { ...check, feature: 'chat' }
  const newer = { ...check, seq: 2, id: 'r2' }
  for (const one of [check, chat, newer]) checks.keep(one)
  assert.deepEqual(checks.due(), [chat, newer])
  checks.refuse(chat, 'commit')
  assert.deepEqual(
    checks.late().map(({ feature }) => feature),
    ['chat', 'mail'],
  )
  checks.accept({ ...check, seq: 3, id: 'r3' })
  assert.deepEqual(checks.due(), [chat])
})
