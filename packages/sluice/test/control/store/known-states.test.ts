import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KnownStates } from '../../../src/control/store/known-states.ts'

const stored = { cursor: 1, text: '{"sum":1}' }

test('a state is read anew after so many times, however often it is stored in between', () => {
  const known = new KnownStates({ taken: 2 })
  const takes = Array.from({ length: 7 }, (_, index) => {
    const { isKnown = false, state } = known.take('a', stored, JSON.parse)
    if (index % 2) known.giveBack('a', state)
    else known.keep('a', stored, state)
    return isKnown
  })
  assert.deepEqual(takes, [false, true, true, false, true, true, false])
})

test('of states that are too long together the last are read each time, and those nobody asks for any more make room', () => {
  const known = new KnownStates({ kept: 2 * stored.text.length })
  const areKnown = (...names: string[]) =>
    names.map((name) => {
      const { isKnown = false, state } = known.take(name, stored, JSON.parse)
      known.giveBack(name, state)
      return isKnown
    })
  areKnown('a', 'b', 'c')
  assert.deepEqual(areKnown('a', 'b', 'c'), [true, true, false])
  known.keepOnly(new Set(['b', 'c']))
  assert.deepEqual(areKnown('b', 'c', 'b', 'c'), [true, false, true, true])
})
