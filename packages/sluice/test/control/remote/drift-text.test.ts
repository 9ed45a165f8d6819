import assert from 'node:assert/strict'
import { test } from 'node:test'
import { driftText } from '../../../src/control/remote/drift-text.ts'

const minute = 60_000

test('how production does: each signal in words, the alarms, and what to do', () => {
  const signals = [{ signal: 'score', words: 'learning, 3 of 14 days known: drops of less than 0.100 raise no alarm' }]
  const quiet = { feature: 'mail', drift: { version: 'aa', since: 0, signals, events: [] } }
  assert.equal(
    driftText(quiet),
    'mail, version aa, since 1970-01-01:\n  score: learning, 3 of 14 days known: drops of less than 0.100 raise no alarm\nalarms: none\n',
  )
  const told = { ...quiet, drift: { ...quiet.drift, events: [{ at: minute, words: 'The judged score has moved.' }] } }
  assert.match(
    driftText(told),
    /latest last:\n {2}1970-01-01T00:01Z {2}The judged score has moved\.\nif this was not intended: sluice rollback mail/,
  )
  assert.match(
    driftText({ ...quiet, watched: false }),
    /no replica watches for drift now, so what you see may be out of date/,
  )
  const past = 'no outcomes since 1 Jan 00:01Z'
  assert.match(
    driftText({ ...quiet, drift: { ...quiet.drift, past } }),
    /since 1970-01-01:\nno outcomes since 1 Jan 00:01Z, so what you see may be out of date\n {2}score: learning/,
  )
  assert.match(driftText({ feature: 'mail', drift: null }), /nothing is watched yet/)
})
