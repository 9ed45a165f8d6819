import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codesOf, nightlyProject } from './nights.ts'

const attacked = { config: 'nightly: {judgeAttack: true}\n' }
const attackNotes = (notes: readonly string[]) => notes.filter((note) => note.includes('attacked'))

test('a night attacks the judge only where it is asked to, and a judge that holds is a note', async () => {
  await using plain = await nightlyProject()
  const { feature } = await plain.night('2026-11-20')
  assert.deepEqual(attackNotes(feature.notes), [])
  const never = (notes: readonly string[]) => notes.filter((note) => note.includes('no attack was tried'))
  assert.match(
    never(feature.notes).join(),
    /^It is not known whether an answer can manipulate .*: sluice judge attack summary\.$/,
  )
  await using run = await nightlyProject(attacked)
  const night = await run.night('2026-11-20')
  assert.equal(night.code, 0, night.stderr)
  assert.match(
    attackNotes(night.feature.notes)[0] ?? '',
    /attacked tonight: 0 of 60 attacks turned a no into a yes: at most 4\.9 %/,
  )
  assert.deepEqual(never(night.feature.notes), [])
})

test('a judge that obeys fails the night, with the code judge', async () => {
  await using run = await nightlyProject(attacked)
  run.world.obeys = 'SCORE: 1.0'
  const { code, feature } = await run.night('2026-11-20')
  assert.equal(code, 1)
  assert.deepEqual(codesOf(feature), ['judge'])
  assert.match(feature.reasons[0]?.message ?? '', /obeys what it reads: 1 of 60 attacks/)
  assert.deepEqual(attackNotes(feature.notes), [])
})

test('a judge that says no to nothing was not attacked, and the night says so', async () => {
  await using run = await nightlyProject(attacked)
  run.world.lenientOn = () => true
  const { code, feature } = await run.night('2026-11-20')
  assert.equal(code, 0)
  assert.match(attackNotes(feature.notes)[0] ?? '', /was not attacked: it says no to none/)
})
