import assert from 'node:assert/strict'
import { test } from 'node:test'
import { strictVariables } from '../../../../src/core/suite/prompt/variables.ts'
import { faultsOf, good, goodPrompt, load } from '../../../support/memory-files.ts'

const file = 'prompts/summary.prompt.yml'
const suite = 'evals/summary.jsonl'
const lines = (...cases: object[]) => cases.map((item) => JSON.stringify({ tags: ['x'], ...item })).join('\n')

test('a variable that no case sets is reported once, where the prompt uses it', async () => {
  const faults = await faultsOf(good({ [file]: goodPrompt.replace('{{email}}', 'Mail: {{ emial }}') }))
  assert.deepEqual(faults, [
    `${file}:6:34: unknown variable {{ emial }}: no case sets it; did you mean "email"?`.replace(
      '{{ emial }}',
      '{{emial}}',
    ),
  ])
})

test('one that some cases lack is reported at those cases', async () => {
  const cases = lines({ id: 'a', vars: { email: '1' } }, { id: 'b', vars: { eMail: '2' } }, { id: 'c' })
  assert.deepEqual(await faultsOf(good({ [suite]: cases })), [
    `${suite}:2:31: vars: ${file} uses {{email}}, which this case does not set; did you mean "eMail"?`,
    `${suite}:2:32: vars.eMail: ${file} does not use {{eMail}}; did you mean "email"?`,
    `${suite}:3:1: vars: ${file} uses {{email}}, which this case does not set`,
  ])
})

test('an unused variable is reported at its key, at twenty cases at most', async () => {
  const cases = lines(
    ...Array.from({ length: 50 }, (_, index) => ({ id: `c${index}`, vars: { email: '1', lang: 'en' } })),
  )
  const faults = await faultsOf(good({ [suite]: cases }))
  assert.equal(faults.length, 20)
  assert.equal(faults[0], `${suite}:1:45: vars.lang: ${file} does not use {{lang}}; remove it`)
  assert.match(faults.at(-1) ?? '', /:20:\d+: .*\(and 30 more cases\)$/)
})

test('a target receives every variable, so none is unused', async () => {
  const target = `${goodPrompt}target: {command: node app.js}\n`
  const cases = lines({ id: 'a', vars: { email: '1', lang: 'en' } })
  assert.deepEqual(await faultsOf(good({ [file]: target, [suite]: cases })), [])
})

test('expected is for checks, not for the messages', async () => {
  const cases = lines({ id: 'a', vars: { email: '1' }, expected: 'x' }, { id: 'b', vars: { email: '1' } })
  const shown = goodPrompt.replace('Summarise.', '"Say {{expected}}"')
  assert.deepEqual(
    await faultsOf(good({ [file]: shown, [suite]: lines({ id: 'a', vars: { email: '1' }, expected: 'x' }) })),
    [`${file}:5:34: {{expected}} would show the reference answer to the model; it is for checks and the judge only`],
  )
  const checked = goodPrompt.replace('{maxWords: 180}', '{contains: "{{expected}}"}')
  assert.deepEqual(await faultsOf(good({ [file]: checked, [suite]: cases })), [
    `${suite}:2:31: vars: ${file} uses {{expected}}, but this case has no expected answer`,
  ])
  const own = lines({ id: 'a', vars: { email: '1', expected: 'y' } })
  assert.deepEqual(await faultsOf(good({ [suite]: own })), [
    `${suite}:1:44: vars.expected: the name is taken by the reference answer; move it out of "vars"`,
  ])
})

test('checks use variables too, those of the case as well as those of the prompt', async () => {
  const cases = lines(
    { id: 'a', vars: { email: '1', name: 'Ann', city: 'Bonn' }, checks: [{ containsAny: ['{{name}}', '{{ctiy}}'] }] },
    { id: 'b', vars: { email: '1', city: 'Bonn' } },
  )
  const prompt = goodPrompt.replace('{maxWords: 180}', '{notContains: "{{city}}"}')
  assert.deepEqual(await faultsOf(good({ [file]: prompt, [suite]: cases })), [
    `${suite}:1:31: vars: a check uses {{ctiy}}, which this case does not set; did you mean "city"?`,
  ])
})

test('every prompt that shares a suite is compared with it', async () => {
  const other = goodPrompt.replace('name: summary', 'name: other').replace('{{email}}', '{{mail}}')
  const faults = await faultsOf(good({ 'prompts/z.prompt.yml': other }))
  assert.deepEqual(faults, [
    'prompts/z.prompt.yml:6:28: unknown variable {{mail}}: no case sets it; did you mean "email"?',
  ])
})

test('strictVariables answers for one case', async () => {
  const { prompts } = await load(good())
  const faultsIn = strictVariables(prompts[0]!)
  const item = { id: 'a', checks: [], rubric: [], tags: [], weight: 1, critical: false, line: 1 }
  assert.deepEqual(faultsIn({ ...item, vars: { email: '' } }), [])
  assert.deepEqual(
    faultsIn({ ...item, vars: { mail: '' } }).map(({ kind, variable, user, meant }) => [kind, variable, user, meant]),
    [
      ['unknown', 'email', 'prompt', 'mail'],
      ['unused', 'mail', 'case', 'email'],
    ],
  )
})
