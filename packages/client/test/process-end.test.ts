import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whenProcessEnds } from '../src/outcomes/process-end.ts'

test('what is to be done before a process ends is begun though no outcome waits, and again only where less is left', () => {
  const before = process.listeners('beforeExit')
  let flushed = 0
  const flush = async () => {
    flushed += 1
  }
  const work = { pending: () => 0, flush, lost: () => undefined }
  const forget = whenProcessEnds(work)
  const [listener, ...others] = process.listeners('beforeExit').filter((each) => !before.includes(each))
  assert.deepEqual(others, [])
  for (let times = 0; times < 3; times += 1) listener?.(0)
  assert.equal(flushed, 1)
  forget()
  assert.deepEqual(process.listeners('beforeExit'), before)
})
