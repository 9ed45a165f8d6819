import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgedCommits } from '../../../src/gate/report/judged-commits.ts'
import { incidentReport } from '../../support/report/incident.ts'
import { formats } from './formats.ts'

const head = '528a0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b'
const base = 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678'

for (const [git, words] of [
  [{ head, base, uncommitted: 0 }, '528a0c1d2e3f compared with a1b2c3d4e5f6'],
  [{ head, base: head, uncommitted: 0 }, '528a0c1d2e3f compared with itself'],
  [{ head, base }, '528a0c1d2e3f compared with a1b2c3d4e5f6'],
  [{ head, base: head, uncommitted: 3 }, 'working tree (528a0c1d2e3f + 3 changed files) compared with 528a0c1d2e3f'],
  [{ head, base, uncommitted: 1 }, 'working tree (528a0c1d2e3f + 1 changed file) compared with a1b2c3d4e5f6'],
  [{ head, base: null, uncommitted: 2 }, 'working tree (528a0c1d2e3f + 2 changed files)'],
  [{ head: null, base: null }, 'working tree without a commit'],
] as const) {
  test(`every format is headed: ${words}`, async () => {
    const report = incidentReport({ git })
    assert.equal(judgedCommits(report), words)
    for (const [format, shown] of Object.entries(await formats(report))) assert.ok(shown.includes(words), format)
  })
}

test('the terminal says what the commits are, also where they are one and the same', async () => {
  const { terminal } = await formats(incidentReport({ git: { head, base: head, uncommitted: 0 } }))
  assert.match(terminal ?? '', /commits: 528a0c1d2e3f compared with itself/)
})

test('outside of git there is nothing to name', () => {
  assert.equal(judgedCommits({ git: null }), undefined)
})
