import assert from 'node:assert/strict'
import { test } from 'node:test'
import vectors from '../../../../../client/input-vectors.json' with { type: 'json' }
import { faultsOf, good, goodPrompt, load } from '../../../support/memory-files.ts'

const file = 'prompts/summary.prompt.yml'
const suite = 'evals/summary.jsonl'
const prompt = (...lines: string[]) => `${goodPrompt}${lines.join('\n')}\n`
const row = (vars: object) => `${JSON.stringify({ id: 'a', vars, tags: ['x'] })}\n`

test('a case that does not fit the inputs is an error at its variable', async () => {
  const inputs = prompt('inputs: {email: {type: string}, n: {type: integer, enum: [1, 2]}}', 'target: {command: [app]}')
  const cases = `${row({ email: 1182, n: 1 })}${row({ email: 'x', n: '1' }).replace('"a"', '"b"')}${row({ email: 'x', n: 3 }).replace('"a"', '"c"')}${row({ email: 'x' }).replace('"a"', '"d"')}`
  assert.deepEqual(await faultsOf(good({ [file]: inputs, [suite]: cases })), [
    `${suite}:1:27: vars.email: expected string, not integer; put it in quotes, by the inputs of ${file}`,
    `${suite}:2:35: vars.n: expected integer, not string, by the inputs of ${file}`,
    `${suite}:3:35: vars.n: expected one of [1,2], by the inputs of ${file}`,
    `${suite}:4:18: vars: lacks "n", which the inputs of ${file} require`,
  ])
})

test('a type that is none gets those that are', async () => {
  const inputs = prompt('inputs: {email: {type: int}}')
  assert.deepEqual(await faultsOf(good({ [file]: inputs })), [
    `${file}:12:24: inputs.email.type: expected one of string, number, integer, boolean, array, object, null, or a list of these`,
  ])
})

test('a number in YAML keeps the kind that it has, however it is written', async () => {
  const inputs = goodPrompt.replace('summary.jsonl', 'summary.yaml')
  const cases = (value: string) => `- {id: a, vars: {email: ${value}}, tags: [x]}\n`
  const faults = (type: string, value: string) =>
    faultsOf({ [file]: `${inputs}inputs: {email: {type: ${type}}}\n`, 'evals/summary.yaml': cases(value) })
  for (const value of ['1.10', '04109', 'True']) assert.equal((await faults('string', value)).length, 1, value)
  assert.deepEqual(await faults('number', '1.10'), [])
  assert.deepEqual(await faults('string', '"04109"'), [])
  assert.deepEqual(await faults('integer', '12345678901234567890'), [])
})

test('the default of an input is one of cases, under the rule of `defaults`', async () => {
  const typed = prompt('inputs: {email: {type: string, default: hello}}')
  const bare = '{"id":"a","tags":["x"]}\n'
  assert.deepEqual(await faultsOf(good({ [file]: typed, [suite]: bare })), [])
  const { prompts } = await load(good({ [file]: typed, [suite]: bare }))
  assert.deepEqual(prompts[0]?.defaults, { email: 'hello' })
  assert.deepEqual(prompts[0]?.inputs, { email: { type: 'string', required: false } })
  const twice = prompt('inputs: {email: {default: hello}}', 'defaults: {email: hi}')
  assert.deepEqual(await faultsOf(good({ [file]: twice })), [
    `${file}:12:27: inputs.email.default: stands under "defaults" too; keep one of the two`,
  ])
})

test('a default that its input does not take is one fault of the prompt, however many cases have it', async () => {
  const wrong = prompt('inputs: {email: {type: string}}', 'defaults: {email: 7}')
  const cases = '{"id":"a","tags":["x"]}\n{"id":"b","tags":["x"]}\n'
  assert.deepEqual(await faultsOf(good({ [file]: wrong, [suite]: cases })), [
    `${file}:13:19: defaults.email: expected string, not integer`,
  ])
})

test('inputs are part of the version, their defaults and descriptions are not', async () => {
  const idOf = async (...lines: string[]) => (await load(good({ [file]: prompt(...lines) }))).prompts[0]?.id
  const typed = await idOf('inputs: {email: {type: string, required: false}}')
  assert.notEqual(typed, await idOf())
  assert.notEqual(typed, await idOf('inputs: {email: {type: [string, integer], required: false}}'))
  assert.equal(typed, await idOf('inputs: {email: {type: string, default: hello, description: an e-mail}}'))
  assert.equal(await idOf(), await idOf('defaults: {email: hello}'))
})

test('what a client refuses is an error of the gate, as the vectors say', async () => {
  for (const { inputs, vars, faults } of vectors.vectors) {
    const names = Object.keys(inputs)
    const content = names.map((name) => `{{${name}}}`).join(' ')
    const text = JSON.stringify({
      ...{ sluice: 1, name: 'summary', model: 'anthropic:claude-haiku-4-5-20251001', checks: [{ minWords: 0 }] },
      ...{ messages: [{ role: 'user', content }], suites: { fast: '../evals/summary.jsonl' }, inputs },
    })
    const found = (await faultsOf({ [file]: text, [suite]: row(vars) })).filter((fault) => !/^warning/.test(fault))
    // That a text lacks a variable is an error whatever the inputs say.
    const expected = names.every((name) => Object.hasOwn(vars, name)) ? faults.length : 1
    assert.equal(found.length, expected, `${JSON.stringify({ inputs, vars })}: ${found.join('; ')}`)
  }
})
