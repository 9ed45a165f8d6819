import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rubricSchema } from '../../../../src/records/rubric.ts'
import { faultsOf, good, load } from '../../../support/memory-files.ts'

const file = 'prompts/summary.prompt.yml'
const withItem = (item: string, rest = '') =>
  good({
    [file]: `sluice: 1
model: anthropic:claude-haiku-4-5-20251001
messages: [{role: user, content: "{{email}}"}]
suites: {fast: ../evals/summary.jsonl}
${rest}rubric: [${item}]
`,
  })

test('an item about claims has a name and a question for people, also where the file gives none', async () => {
  const { prompts } = await load(withItem('{claims: {in: [vars.email]}}'))
  const rubric = prompts[0]?.rubric
  assert.deepEqual(rubric, [
    {
      ...{ id: 'claims', ask: 'Is every claim of the output supported by the variable email?' },
      ...{ claims: { in: ['vars.email'] }, weight: 1, must: false },
    },
  ])
  // As a control plane stores and reads it.
  assert.deepEqual(rubricSchema.parse(JSON.parse(JSON.stringify(rubric))), rubric)
})

test('an item without what it needs, or with what has no effect, is refused with the place and the way out', async () => {
  const faultOf = async (item: string) => (await faultsOf(withItem(item))).map((fault) => fault.replace(/^.*?: /, ''))
  assert.deepEqual(await faultOf('{weight: 2}'), [
    'rubric.0.id: missing; expected a text',
    'rubric.0.ask: missing; expected a text',
  ])
  assert.deepEqual(await faultOf('{claims: {in: [vars.email]}, sees: [output]}'), [
    'rubric.0.sees: has no effect beside claims: their sources stand in "in"',
  ])
  assert.deepEqual(await faultOf('{claims: {in: [documents]}}'), [
    'rubric.0.claims.in.0: must be "retrieved", or a variable as "vars.name"',
  ])
  assert.deepEqual(await faultOf('{claims: {in: []}}'), ['rubric.0.claims.in: must not be empty'])
  assert.match(
    (await faultOf('{claims: {in: [vars.emial]}}')).join(),
    /unknown variable {{emial}}.*did you mean "email"/,
  )
})

test('documents that nothing reports are a warning, since no case is ever scored then', async () => {
  const item = '{claims: {in: [retrieved]}}'
  assert.match(
    (await faultsOf(withItem(item))).join(),
    /rubric\.0: nothing reports "retrieved".*give the prompt a "target"/,
  )
  const target = 'target: {http: {url: "http://127.0.0.1:3000/summarise"}}\n'
  assert.deepEqual(await faultsOf(withItem(item, target)), [])
})
