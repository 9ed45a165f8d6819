import assert from 'node:assert/strict'
import { test } from 'node:test'
import { intervalPicture } from '../../../../src/gate/report/html/interval-picture.ts'

const look = { repeats: 1, meanDifference: 0, se: 0.001, z: -1.36, passBound: 2.34, failBound: 2.59 }
const drawn = { what: 'Change', zero: 'no change', margin: 0.03, interval: { ciLow: 0, ciHigh: 0 }, least: -1, most: 1 }

/** The width of the regions fail, inconclusive and pass, in percent. */
function regions(of: Partial<typeof look>, decision: 'pass' | 'fail' | 'undecided', test = drawn): number[] {
  const svg = intervalPicture({ ...test, rounds: [{ ...look, ...of, decision }] }, 0.95)?.markup ?? ''
  return Array.from(svg.matchAll(/class="region \w+".*? width="([^"]*)%"/g), ([, width]) => Number(width))
}

test('where the answers are too few for a pass no mean passes, and none fails above the margin', () => {
  const [fail = 1, open = 0, pass = 1] = regions({}, 'undecided')
  assert.equal(pass, 0)
  assert.ok(fail < 15 && open > 85, `${fail} ${open}`)
})

test('a mean that passes lies in the region of a pass, one that fails in that of a fail', () => {
  assert.ok((regions({ z: 5 }, 'pass')[2] ?? 0) > 10)
  assert.ok((regions({ meanDifference: -0.06, z: -5 }, 'fail')[0] ?? 0) > 10)
})

test('bounds that no mean can reach do not stretch the picture', () => {
  const threshold = { ...drawn, margin: 0.01, least: -0.5, most: 0.5 }
  const [fail, open, pass] = regions({ meanDifference: 0.5, se: 0.1, z: 0.25 }, 'undecided', threshold)
  assert.deepEqual([fail, open, pass], [0, 100, 0])
})
