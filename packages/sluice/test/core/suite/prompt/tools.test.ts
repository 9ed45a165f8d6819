import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf, good, goodPrompt, load } from '../../../support/memory-files.ts'

const file = 'prompts/summary.prompt.yml'
const lookup = 'tools: [{name: lookup, parameters: {type: object, properties: {order: {type: string}}}}]\n'

const faults = (extra: string, more: Record<string, string> = {}) =>
  faultsOf(good({ [file]: goodPrompt + extra, ...more }))

async function idOf(extra: string): Promise<string | undefined> {
  return (await load(good({ [file]: goodPrompt + extra }))).prompts[0]?.id
}

test('tools, their choice and the number of steps make another version; mocks do not', async () => {
  const versions = [
    '',
    lookup,
    lookup.replace('order', 'id'),
    `${lookup}toolChoice: required\n`,
    `${lookup}maxSteps: 3\n`,
  ]
  const ids = await Promise.all(versions.map(idOf))
  assert.equal(new Set(ids).size, versions.length)
  assert.equal(await idOf(`${lookup}mocks: [{tool: lookup, result: late}]\n`), ids[1])
})

test('a tool without parameters takes no arguments', async () => {
  const { prompts } = await load(good({ [file]: `${goodPrompt}tools: [{name: close}]\n` }))
  assert.deepEqual(prompts[0]?.tools, [
    { name: 'close', parameters: { type: 'object', properties: {}, additionalProperties: false } },
  ])
})

test('what is wrong with tools and mocks is said at its place', async () => {
  const wrong: [extra: string, fault: RegExp][] = [
    ['tools: [{name: a}, {name: a}]', /tools\.1\.name: "a" is already a tool/],
    ['tools: [{name: "a b"}]', /at most 64 letters/],
    ['tools: [{name: a, parameters: {type: string}}]', /tools\.0\.parameters\.type: arguments are an object/],
    ['maxSteps: 3', /maxSteps: has no effect without "tools"/],
    [`${lookup}toolChoice: {name: lookUp}`, /toolChoice.name: no tool "lookUp"; did you mean "lookup"\?/],
    [
      `${lookup}mocks: [{tool: lookUp, result: 1}]`,
      /warning .*mocks\.0\.tool: "lookUp" is no tool of .*did you mean "lookup"/,
    ],
    [`${lookup}mocks: [{tool: lookup}]`, /names no answer; give one of result, error, module/],
    [`${lookup}mocks: [{tool: lookup, result: 1, error: x}]`, /names 2 answers, result and error/],
    [`${lookup}mocks: [{tool: lookup, result: 1, match: exact}]`, /exact needs "args"/],
    [`${lookup}mocks: [{tool: lookup, result: "{{order}}"}]`, /unknown variable \{\{order\}\}/],
    [`${lookup}mocks: [{tool: lookup, result: "{{expected}}"}]`, /no case has an expected answer/],
    [`${lookup}mocks: [{tool: lookup, module: ../shop.ts}]`, /there is no file shop.ts/],
    ['mocks: [{tool: lookup, result: 1}]', /warning .*mocks answer tools, and .* has none/],
    [
      `${lookup}mocks: [{tool: lookup, result: 1}]\ntarget: {module: ../app.ts}`,
      /mocks answer the tools of a bare prompt/,
    ],
  ]
  for (const [extra, fault] of wrong) {
    const found = await faults(`${extra}\n`, { 'app.ts': '' })
    assert.ok(
      found.some((one) => fault.test(one)),
      `${extra}: ${found.join('; ') || 'no fault'}`,
    )
  }
  assert.deepEqual(
    await faults(`${lookup}mocks: [{tool: lookup, result: "{{email}}"}, {tool: lookup, result: null}]\n`),
    [],
  )
})

test('mocks of a case are held to its variables and to the tools of the prompt', async () => {
  const suite = (mock: string) => ({
    'evals/summary.jsonl': `{"id":"a","vars":{"email":"one"},"tags":["core"],"mocks":[${mock}]}\n`,
  })
  assert.deepEqual(
    await faults(lookup, suite('{"tool":"lookup","args":{"order":"{{email}}"},"result":{"a":1.10}}')),
    [],
  )
  assert.match(
    (await faults(lookup, suite('{"tool":"lookup","result":"{{order}}"}'))).join(),
    /a mock uses \{\{order\}\}|unknown variable/,
  )
  assert.match((await faults(lookup, suite('{"tool":"find","result":1}'))).join(), /"find" is no tool of/)
  assert.match((await faults('', suite('{"tool":"find","result":1}'))).join(), /mocks answer tools/)
})

test('tools of a file of GitHub have no effect, as before', async () => {
  const github = goodPrompt
    .replace('sluice: 1\n', '')
    .replace(/suites[\s\S]*/, 'testData: [{email: a}]\nevaluators: [{name: x, string: {contains: a}}]\n')
  const project = await load({ [file]: `${github}tools: [{type: function, function: {name: find}}]\n` })
  assert.deepEqual(
    project.diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  )
  assert.equal(project.prompts[0]?.tools, undefined)
})
