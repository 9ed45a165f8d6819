import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultLiveSettings, defaultRolloutSettings } from '../../../../src/records/rollout/rollout-settings.ts'
import { faultsOf, good, goodPrompt, load } from '../../../support/memory-files.ts'

const file = 'prompts/summary.prompt.yml'
const withPrompt = (prompt: string) => good({ [file]: prompt })

test('a good project has no fault', async () => {
  assert.deepEqual(await faultsOf(good()), [])
})

test('a prompt file becomes a prompt with every default filled in', async () => {
  const { prompts } = await load(
    withPrompt(`${goodPrompt}version: "3.1"\nmodelParameters: {maxTokens: 512, temperature: 0}\ngate: {threshold: 0.83}
target: {http: {url: "http://127.0.0.1:3000/summarise"}}\n`),
  )
  const [prompt] = prompts
  assert.deepEqual(
    { ...prompt, id: undefined },
    {
      id: undefined,
      feature: 'summary',
      label: '3.1',
      model: 'anthropic:claude-haiku-4-5-20251001',
      parameters: { maxTokens: 512, temperature: 0 },
      messages: [
        { role: 'system', content: 'Summarise.' },
        { role: 'user', content: '{{email}}' },
      ],
      format: { type: 'text' },
      checks: [
        {
          type: 'maxWords',
          value: 180,
          name: 'maxWords 180',
          negate: false,
          weight: 1,
          must: false,
          caseSensitive: false,
        },
      ],
      rubric: [{ id: 'actions', ask: 'Are all action items there?', weight: 1, must: false }],
      choices: [],
      suites: { fast: 'evals/summary.jsonl' },
      inlineCases: [],
      gate: { threshold: 0.83 },
      target: { kind: 'http', url: 'http://127.0.0.1:3000/summarise' },
      rollout: defaultRolloutSettings,
      live: defaultLiveSettings,
      strict: true,
      file,
    },
  )
})

test('a misspelt key is reported at the key, with the one that was meant', async () => {
  assert.deepEqual(await faultsOf(withPrompt(goodPrompt.replace('checks:', 'chekcs:'))), [
    `${file}:8:1: chekcs: unknown key "chekcs"; did you mean "checks"?`,
  ])
})

test('every fault of the file is reported at once, in the order of the lines', async () => {
  const prompt = `sluice: 1
name: e mail
model: lcoal:x
modelParameters: {temprature: 1, maxTokens: 1.5}
messages:
  - {role: sytem, content: {{email}}}
  - {role: user}
checks:
  - {maxWrods: 3}
  - {maxWords: 3, contains: x}
  - {must: true}
  - {matches: "("}
  - {jsonPath: {path: "$.a["}}
rubric: [{id: a b, ask: "", weight: 0}]
version: 3.1
`
  const faults = await faultsOf(withPrompt(prompt))
  assert.deepEqual(
    faults.map((fault) => fault.replace(`${file}:`, '')),
    [
      '2:7: name: must consist of letters, digits, "-", "_" and "." only, and start with one of the first two',
      '4:19: modelParameters.temprature: unknown key "temprature"; did you mean "temperature"?',
      '4:45: modelParameters.maxTokens: expected a whole number, found 1.5',
      '6:12: messages.0.role: expected one of system, user, assistant, developer, found "sytem"; did you mean "system"?',
      '6:28: messages.0.content: expected a text, found a map; put it in quotes: "{{email}}"',
      '7:5: messages.1.content: missing; expected a text',
      '9:6: checks.0.maxWrods: unknown key "maxWrods"; did you mean "maxWords"?',
      '10:16: checks.1.maxWords: names 2 checks, contains and maxWords; split them into one entry each',
      faults.find((fault) => fault.includes('checks.2'))?.replace(`${file}:`, ''),
      '12:15: checks.3.matches: not a regular expression: Unterminated group',
      '13:16: checks.4.jsonPath: names no condition; give one of equals, matches, exists',
      faults.find((fault) => fault.includes('jsonPath.path'))?.replace(`${file}:`, ''),
      '14:15: rubric.0.id: must consist of letters, digits, "-", "_" and "." only',
      '14:25: rubric.0.ask: must not be empty',
      '14:37: rubric.0.weight: must be more than 0, found 0',
      '15:10: version: expected a text, found 3.1; put it in quotes: "3.1"',
    ],
  )
  assert.match(faults.join('\n'), /:11:5: checks\.2: names no check; give one of equals, contains,/)
  assert.match(faults.join('\n'), /:13:23: checks\.4\.jsonPath\.path: not a JSONPath \(RFC 9535\): /)
})

test('faults of several files come together: prompt, suite and configuration', async () => {
  const faults = await faultsOf({
    ...good(),
    [file]: goodPrompt.replace('maxWords: 180', 'maxWords: many'),
    'evals/summary.jsonl': '{"id":"a","vras":{}}\n',
    'sluice.yaml': 'gate: {treshold: 1}\n',
  })
  const errors = faults.filter((fault) => !fault.startsWith('warning'))
  assert.deepEqual(
    errors.map((fault) => fault.split(': ', 2).join(': ')),
    ['evals/summary.jsonl:1:11: vras', `${file}:9:16: checks.0.maxWords`, 'sluice.yaml:1:8: gate.treshold'],
  )
})

test('a provider that does not exist is reported at the model, with the known ones', async () => {
  const config = 'providers: {local: {kind: openai-compatible, baseURL: "http://127.0.0.1:1/v1"}}\n'
  const faults = await faultsOf({ ...withPrompt(goodPrompt.replace('anthropic:', 'loacl:')), 'sluice.yaml': config })
  assert.deepEqual(faults, [`${file}:3:8: model: there is no provider "loacl"; did you mean "local"?`])
  const other = await faultsOf(withPrompt(goodPrompt.replace('anthropic:', 'mistral/')))
  assert.deepEqual(other, [
    `${file}:3:8: model: there is no provider "mistral"; add it under "providers" in sluice.yaml`,
  ])
})

test('a suite that does not exist is reported at the key that names it', async () => {
  const faults = await faultsOf(withPrompt(goodPrompt.replace('summary.jsonl', 'sumary.jsonl')))
  assert.deepEqual(faults, [
    `${file}:7:16: suites.fast: there is no file evals/sumary.jsonl; did you mean evals/summary.jsonl?`,
  ])
  const format = await faultsOf({ ...withPrompt(goodPrompt.replace('.jsonl', '.xlsx')), 'evals/summary.xlsx': 'id\n' })
  assert.match(format.join(), /suites\.fast: evals\/summary\.xlsx is neither YAML \(\.yaml\), JSON Lines/)
})

test('a feature may exist once, and the name defaults to that of the file', async () => {
  const other = 'prompts/more/Draft reply.prompt.yml'
  const { prompts } = await load(good({ [other]: goodPrompt.replace('name: summary\n', '').replace('../', '../../') }))
  assert.deepEqual(
    prompts.map(({ feature }) => feature),
    ['Draft-reply', 'summary'],
  )
  assert.deepEqual(await faultsOf(good({ 'prompts/z.prompt.yml': goodPrompt })), [
    'prompts/z.prompt.yml:2:7: name: "summary" is already the feature of prompts/summary.prompt.yml; give one of them another name',
  ])
})

test('another version of the format is refused', async () => {
  assert.deepEqual(await faultsOf(withPrompt(goodPrompt.replace('sluice: 1', 'sluice: 2'))), [
    `${file}:1:9: sluice: expected 1, found 2`,
  ])
})

test('messages may be left out only beside a target', async () => {
  const bare = goodPrompt.replace(/messages:\n.*\n.*\n/, '')
  assert.deepEqual(await faultsOf(withPrompt(bare)), [`${file}:1:1: messages: missing; expected a list of messages`])
  assert.deepEqual(await faultsOf(withPrompt(`${bare}target: {command: "node app.js"}\n`)), [])
})

test('targets are resolved: command lines without a shell, modules relative to the prompt', async () => {
  const target = async (text: string) => (await load(withPrompt(`${goodPrompt}target: ${text}\n`))).prompts[0]?.target
  assert.deepEqual(await target(`{command: "node 'my app.js' --x=\\"a b\\" c"}`), {
    kind: 'command',
    command: ['node', 'my app.js', '--x=a b', 'c'],
    cwd: '/project',
  })
  assert.deepEqual(await target('{module: "../app.ts#summarise"}'), {
    kind: 'module',
    file: '/project/app.ts',
    export: 'summarise',
    cwd: '/project',
  })
  assert.deepEqual(await faultsOf(withPrompt(`${goodPrompt}target: {module: ../app.ts}\n`)), [
    `${file}:12:18: target.module: there is no file app.ts`,
  ])
})

test('a file of nothing, of a list, or of broken text is reported and does not hide the others', async () => {
  assert.match((await faultsOf(withPrompt('')))[0] ?? '', /summary\.prompt\.yml:1:1: empty; expected a map/)
  assert.match((await faultsOf(withPrompt('- a\n')))[0] ?? '', /:1:1: expected a map, found a list/)
  const mixed = await faultsOf(
    good({ 'prompts/a.prompt.yml': 'a: [\n', 'prompts/b.prompt.yml': Buffer.from([0xff, 0xfe]) }),
  )
  assert.match(
    mixed.join('\n'),
    /a\.prompt\.yml:2:1: not valid YAML.*\n.*b\.prompt\.yml:1:1: the file is encoded as UTF-16/,
  )
})

test('BOM and CRLF change nothing', async () => {
  const { prompts, diagnostics } = await load(withPrompt(`\ufeff${goodPrompt.replaceAll('\n', '\r\n')}`))
  assert.deepEqual(diagnostics, [])
  assert.equal(prompts[0]?.messages[0]?.content, 'Summarise.')
})

test('a budget belongs to the run, so a prompt file cannot set one', async () => {
  const [fault] = await faultsOf(withPrompt(`${goodPrompt}gate: {threshold: 0.8, budgetUsd: 1}\n`))
  assert.match(fault ?? '', /gate\.budgetUsd: unknown key "budgetUsd"/)
})

test('parts of a message that are texts are joined, a developer speaks as the system', async () => {
  const parts = '[{type: text, text: "One {{email}}"}, {type: input_text, text: two}]'
  const text = goodPrompt
    .replace('role: system', 'role: developer')
    .replace('content: "{{email}}"', `content: ${parts}`)
  const { prompts, diagnostics } = await load(good({ [file]: text }))
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(prompts[0]?.messages, [
    { role: 'system', content: 'Summarise.' },
    { role: 'user', content: 'One {{email}}\ntwo' },
  ])
})

test('parts that cannot be sent are refused where they stand', async () => {
  for (const [part, expected] of [
    [
      '{type: image_url, image_url: {uri: x}}',
      /content\.1: such a part is \{type: image_url, image_url: \{url: "\.\.\."\}\}/,
    ],
    ['{type: input_image, image_url: x}', /content\.1: there is no file prompts\/x/],
    ['{type: document, source: {}}', /content\.1: not a part of a message: write .*\{type: pdf, file:/],
    ['{type: file, file: {}}', /content\.1: such a part has "file" with "file_data"; or write/],
    [
      '{type: input_audio, input_audio: {}}',
      /type input_audio is not supported; messages may hold text, images and PDFs/,
    ],
    [
      '{type: text, text: x, cache_control: {}}',
      /content\.1: a part that is a text has "type" and "text", and nothing/,
    ],
    ['{type: tool_result}', /content\.1: not a part of a message/],
    ['just text', /content\.1: not a part of a message/],
  ] as const) {
    const content = `content: [{type: text, text: "{{email}}"}, ${part}]`
    const faults = await faultsOf(good({ [file]: goodPrompt.replace('content: "{{email}}"', content) }))
    assert.match(faults.join(), expected)
  }
})
