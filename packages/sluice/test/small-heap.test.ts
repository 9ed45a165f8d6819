import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'

const module = path.join(import.meta.dirname, '../src/small-heap.ts')

/**
 * Much that lives for some time, until the space for young objects is larger than 40 MB, or to the end. A round makes
 * little, so that the size is looked at between any two collections.
 */
const work = `
import { getHeapSpaceStatistics } from 'node:v8'
import { setImmediate as turn } from 'node:timers/promises'
import { keepYoungSpaceSmall } from ${JSON.stringify(module)}
if (process.argv[1] === 'small') keepYoungSpaceSmall(1)
const size = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size / 1e6
const held = []
let most = 0
for (let round = 0; round < 1500 && most < 40; round += 1) {
  held[round % 200] = Array.from({ length: 2000 }, (_, index) => ({ index, text: 'text ' + index }))
  most = Math.max(most, size())
  await turn()
}
console.log(most)
`

function mostYoungMegabytes(how: string): number {
  const args = ['--input-type=module', '--max-semi-space-size=64', '-e', work, how]
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}

test('the space for young objects stays at 32 MB where it is kept small', () => {
  assert.ok(mostYoungMegabytes('as it comes') > 40)
  assert.ok(mostYoungMegabytes('small') < 40)
})
