import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Case } from '../../../../src/core/suite/cases/case.ts'
import { readCases } from '../../../../src/core/suite/cases/read-suite.ts'
import { canonicalJson } from '../../../../src/core/suite/values/canonical-json.ts'
import { fillTemplate } from '../../../../src/core/suite/values/template.ts'
import { decimalOf, exactData, plainData, textOf } from '../../../../src/core/suite/values/written.ts'
import { parseYaml } from '../../../../src/core/suite/yaml/yaml.ts'
import { faultsOf, good, goodPrompt, load, memoryFiles, root } from '../../../support/memory-files.ts'

async function casesIn(file: string, text: string): Promise<Case[]> {
  return Array.fromAsync(readCases(memoryFiles({ [file]: text }), file, { root }))
}

/** What a prompt is sent for a value of a suite. */
async function sent(file: string, text: string): Promise<string> {
  const [item] = await casesIn(file, text)
  return fillTemplate('{{v}}', item?.vars ?? {}, { strict: true })
}

const scalars = [
  '04109 1.10 1200.00 12345678901234567890 1e3 0x1F 0o17 1_000 .5 +1 -0 1. 1e400 .inf .nan 0.1234567890123456789',
  'no yes on True FALSE 2026-01-02 12:30:45 2026-01-02T03:04:05Z 1,5 007 5 -3 0.5 true',
]
  .join(' ')
  .split(' ')

test('an unquoted scalar of a YAML suite is sent as it is written', async () => {
  for (const scalar of scalars) {
    assert.equal(await sent('s.yaml', `- id: a\n  vars:\n    v: ${scalar} # why\n`), scalar)
  }
})

test('so is a number of JSON Lines and of a JSON list, at any depth', async () => {
  for (const number of ['1.10', '1200.00', '12345678901234567890', '1e3', '1E5', '-0', '1e400', '0.5', '7']) {
    const line = `{"id": "a", "vars": {"v": ${number}, "deep": {"list": [${number}]}}}`
    for (const [file, text] of [
      ['s.jsonl', line],
      ['s.json', `[\n${line}\n]`],
    ] as const) {
      assert.equal(await sent(file, text), number)
      const [item] = await casesIn(file, text)
      assert.equal(fillTemplate('{{deep}}', item?.vars ?? {}, { strict: true }), `{"list":[${number}]}`)
      assert.match(JSON.stringify(item?.vars), new RegExp(`"v":${number.replace('.', '\\.')},`))
    }
  }
})

test('inside a map or a list a number stays as written, and is a text where JSON has no such number', async () => {
  const text =
    '- id: a\n  vars: {v: {zip: 04109, price: 1.10, hex: 0x1F, big: 12345678901234567890, on: True, none: ~}}\n'
  const json = '{"zip":"04109","price":1.10,"hex":"0x1F","big":12345678901234567890,"on":true,"none":null}'
  assert.equal(await sent('s.yaml', text), json)
})

test('names of variables keep their text too', async () => {
  const [item] = await casesIn('s.yaml', '- id: a\n  vars: {1.10: x, 04109: y, True: z}\n')
  assert.deepEqual(Object.keys(item?.vars ?? {}).sort(), ['04109', '1.10', 'True'])
})

test('the reference may be any value, and is the text that it is written as', async () => {
  for (const [written, expected] of [
    ['42', '42'],
    ['1.10', '1.10'],
    ['true', 'true'],
    ['True', 'True'],
    ['04109', '04109'],
    ['no', 'no'],
    ['{total: 1.50, zip: "1"}', '{"total":1.50,"zip":"1"}'],
    ['[1.0, b]', '[1.0,"b"]'],
  ] as const) {
    const [item] = await casesIn('s.yaml', `- {id: a, expected: ${written}}`)
    assert.equal(item?.expected, expected)
  }
  const [line] = await casesIn('s.jsonl', '{"id":"a","expected":{"n":12345678901234567890}}')
  assert.equal(line?.expected, '{"n":12345678901234567890}')
  await assert.rejects(casesIn('s.yaml', '- {id: a, expected: }'), /1:\d+: expected: empty; expected a text/)
})

test('texts that checks compare with may stand without quotes', async () => {
  const [item] = await casesIn(
    's.yaml',
    '- {id: a, checks: [{equals: 04109}, {notContains: 1.10}, {containsAll: [7, 1e3]}]}',
  )
  assert.deepEqual(
    item?.checks.map(({ value }) => value),
    ['04109', '1.10', ['7', '1e3']],
  )
})

test('test data keep their text in both forms of the prompt file', async () => {
  const testData = 'testData: [{email: 04109, expected: 1.10}]'
  for (const text of [
    `${goodPrompt.replace(/suites.*\n/, '')}${testData}\n`,
    `model: openai/gpt-4o\nmessages: [{role: user, content: "{{email}}"}]\n${testData}\n`,
  ]) {
    const { prompts } = await load({ 'prompts/summary.prompt.yml': text })
    const [item] = prompts[0]?.inlineCases ?? []
    assert.equal(fillTemplate('{{email}}', item?.vars ?? {}, { strict: true }), '04109')
    assert.equal(item?.expected, '1.10')
  }
})

test('settings are numbers whatever their spelling, and a version keeps its id', async () => {
  const spelt = (temperature: string) =>
    good({
      'prompts/summary.prompt.yml': goodPrompt.replace(
        'messages:',
        `modelParameters: {temperature: ${temperature}}\nmessages:`,
      ),
    })
  const [one, other] = await Promise.all([load(spelt('0.5')), load(spelt('0.50'))])
  assert.equal(one.prompts[0]?.parameters.temperature, 0.5)
  assert.equal(other.prompts[0]?.parameters.temperature, 0.5)
  assert.equal(one.prompts[0]?.id, other.prompts[0]?.id)
})

test('a fault names a value as the file has it', async () => {
  assert.match(
    (await faultsOf(good({ 'evals/summary.jsonl': '{"id":1.10,"vars":{"email":"x"},"tags":["a"]}' }))).join(),
    /found 1\.10; put it in quotes: "1\.10"/,
  )
  const labelled = good({ 'prompts/summary.prompt.yml': goodPrompt.replace('name:', 'version: 3.10\nname:') })
  assert.match((await faultsOf(labelled)).join(), /version: expected a text, found 3\.10; put it in quotes: "3\.10"/)
})

test('a key that is there twice is an error in JSON as well', async () => {
  const faults = await faultsOf(
    good({ 'evals/summary.jsonl': '{"id":"a","tags":["x"],"vars":{"email":"says \\"a\\": b","email":"two"}}\n' }),
  )
  assert.deepEqual(faults, ['evals/summary.jsonl:1:56: vars: the key "email" is there twice'])
})

test('a variable that holds null is a warning where the prompt uses it, in every format', async () => {
  for (const [file, text] of [
    ['evals/s.yaml', '- {id: a, tags: [x], vars: {email: }}\n'],
    ['evals/s.yaml', '- {id: a, tags: [x], vars: {email: ~}}\n'],
    ['evals/s.jsonl', '{"id": "a", "tags": ["x"], "vars": {"email": null}}\n'],
  ] as const) {
    const prompt = goodPrompt.replace('../evals/summary.jsonl', `../${file}`)
    const faults = await faultsOf({ 'prompts/summary.prompt.yml': prompt, [file]: text })
    assert.match(
      faults.join(),
      /^warning evals\/s\.\w+:1:\d+: vars\.email: is empty, and the model is sent the word null/,
    )
  }
})

test('YAML 1.1, which reads words and times as other values, is refused', () => {
  const { diagnostics } = parseYaml('%YAML 1.1\n---\na: no\n', 'f.yaml')
  assert.match(diagnostics[0]?.message ?? '', /remove the line %YAML 1\.1/)
})

test('own code gets plain values, and a text where a number would become another one', async () => {
  const [item] = await casesIn(
    's.yaml',
    '- {id: a, vars: {price: 1.10, count: 1e3, zip: 04109, big: 12345678901234567890, off: False, deep: [2.0]}}\n',
  )
  assert.deepEqual(plainData(item?.vars), {
    price: 1.1,
    count: 1000,
    zip: '04109',
    big: '12345678901234567890',
    off: false,
    deep: [2],
  })
})

test('numbers of one value have one spelling, whatever their length', () => {
  for (const group of [
    ['0', '-0', '0.00', '0e7'],
    ['12345678901234567890', '12345678901234567890.0', '1.2345678901234567890e19', '1234567890123456789E+1'],
    ['0.1', '1e-1', '0.10', '10e-2'],
    ['-15', '-1.5e1'],
  ]) {
    assert.equal(new Set(group.map(decimalOf)).size, 1, group.join())
  }
  assert.notEqual(decimalOf('12345678901234567890'), decimalOf('12345678901234567891'))
  assert.notEqual(decimalOf('1'), decimalOf('-1'))
})

test('canonical JSON and texts hold what was written', async () => {
  const [item] = await casesIn('s.yaml', '- {id: a, vars: {v: 1.10, w: {x: 12345678901234567890}}}')
  assert.equal(canonicalJson(item?.vars), '{"v":1.10,"w":{"x":12345678901234567890}}')
  assert.equal(textOf(item?.vars.v), '1.10')
  assert.equal(JSON.stringify(exactData(item?.vars)), '{"v":1.1,"w":{"x":12345678901234567890}}')
})

test('a schema of the answer keeps its numbers, and a version its id', async () => {
  const withLimit = (limit: string) => {
    const schema = `jsonSchema: {properties: {n: {maximum: ${limit}}}}`
    return good({ 'prompts/summary.prompt.yml': `${goodPrompt}responseFormat: json_schema\n${schema}\n` })
  }
  const [one, other, long] = await Promise.all(
    ['0.5', '0.50', '12345678901234567890'].map((limit) => load(withLimit(limit))),
  )
  assert.equal(one?.prompts[0]?.id, other?.prompts[0]?.id)
  assert.match(JSON.stringify(long?.prompts[0]?.format), /"maximum":12345678901234567890/)
})
