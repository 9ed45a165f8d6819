import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outputMutators } from '../../../src/gate/drill/mutators/output-mutators.ts'
import { randomFor } from '../../../src/gate/drill/seeded.ts'

const prose = `Ann Berg holds invoice 1182, which is wrong. The total is 4,180.00 and the pump set was billed twice.
- Send a corrected invoice by Friday, 18 September.
- Take 1182 out of the reminder cycle until then.`
const json =
  '{"team":"orders","urgent":false,"summary":"Order 48213 was charged twice on 2 October; Ann Berg wants it back."}'
const others = [json.replace('orders', 'payments').replace('false', 'true')]

function mutate(name: string, output: string, most = 1, seed = 1): string {
  const mutator = outputMutators.find((one) => one.name === name)
  assert.ok(mutator, name)
  return mutator.mutate(output, { most, random: randomFor(seed, name), others })
}

test('every mutator changes an answer that has what it needs, the same way for the same seed', () => {
  for (const { name } of outputMutators) {
    const output = name === 'value' || name === 'break-json' ? json : prose
    for (const most of [1, 3]) {
      const changed = mutate(name, output, most)
      assert.notEqual(changed, output, name)
      assert.equal(mutate(name, output, most), changed, `${name} is deterministic`)
    }
  }
})

test('no mutator changes an answer that lacks what it needs', () => {
  for (const { name } of outputMutators)
    if (name !== 'injection' && name !== 'pad') assert.equal(mutate(name, 'Yes'), 'Yes', name)
})

test('JSON stays whole, but for the mutator that breaks it', () => {
  for (const { name } of outputMutators) {
    const changed = mutate(name, json, 3)
    if (name === 'break-json') assert.throws(() => JSON.parse(changed))
    else assert.doesNotThrow(() => JSON.parse(changed), name)
  }
})

test('a mutator changes what its name says and leaves the rest', () => {
  assert.equal(mutate('drop-item', prose).split('\n').length, 2)
  assert.match(mutate('negate', 'The order is late.'), /is not late/)
  assert.match(mutate('negate', 'The order is not late.'), /is late/)
  assert.match(mutate('value', json, 3), /"team":"payments","urgent":true/)
  const date = mutate('date', 'Pay 1182 by 2026-09-18.')
  assert.match(date, /^Pay 1182 by 2026-09-(?!18)\d\d\.$/)
  assert.match(mutate('number', 'Pay 1182 by 18 September.'), /^Pay (?!1182)\d{4} by 18 September\.$/)
  assert.doesNotMatch(mutate('name', 'We asked Ann Berg about it.'), /Ann Berg/)
})

test('a number or a date never stays as it was, whatever the seed', () => {
  for (let seed = 0; seed < 200; seed += 1) {
    for (const text of ['Pay 5 now.', 'Pay 905.50 now.', 'Pay 10 now.'])
      assert.notEqual(mutate('number', text, 1, seed), text)
    for (const text of ['by Friday', 'on 28 May', 'at 17:00', 'May 1', '2026-02-28'])
      assert.notEqual(mutate('date', text, 1, seed), text)
  }
})
