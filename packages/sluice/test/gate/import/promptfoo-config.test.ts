import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importYaml, notesOf } from './source-of.ts'

const oneTest = '\ntests: [{vars: {name: Ann}, assert: [{type: contains, value: Ann}]}]\n'

test('prompts, providers and tests become a feature with its cases', async () => {
  const imported = await importYaml(`
description: Greetings
prompts: ["Greet {{ name }}."]
providers:
  - id: openai:chat:gpt-4o-mini
    config: {temperature: 0, max_tokens: 50, apiKey: sk-secret, response_format: {type: json_object}}
  - anthropic:messages:claude-x
defaultTest:
  assert: [{type: not-contains, value: sorry}]
  vars: {tone: kind}
tests:
  - description: says the name
    vars: {name: [Ann, Bob]}
    assert: [{type: contains, value: "{{name}}", weight: 2}]
    metadata: {tags: [core], owner: me}
`)
  const [feature, ...others] = imported.features
  assert.equal(others.length, 0)
  assert.equal(feature?.name, 'Greetings')
  assert.equal(feature?.model, 'openai:gpt-4o-mini')
  assert.deepEqual(feature?.modelParameters, { temperature: 0, maxTokens: 50 })
  assert.equal(feature?.responseFormat, 'json_object')
  assert.deepEqual(feature?.messages, [{ role: 'user', content: 'Greet {{ name }}.' }])
  assert.deepEqual(
    feature?.cases.map(({ id, vars, checks, tags }) => ({ id, vars, checks, tags })),
    ['Ann', 'Bob'].map((name) => ({
      id: 'says the name',
      vars: { tone: 'kind', name },
      checks: [
        { notContains: 'sorry', caseSensitive: true, must: true },
        { contains: '{{name}}', caseSensitive: true, weight: 2, must: true },
      ],
      tags: ['core'],
    })),
  )
  assert.deepEqual(notesOf(imported, 'provider config.apiKey', 'dropped'), ['credentials come from the environment'])
  assert.match(notesOf(imported, 'provider', 'approximated')[0] ?? '', /anthropic:claude-x/)
  assert.doesNotMatch(JSON.stringify(imported), /sk-secret/)
})

test('no check must pass where a test has a threshold, and a set shares its weight', async () => {
  const { features, rows } = await importYaml(`
prompts: [x]
tests:
  - threshold: 0.5
    assert:
      - {type: contains, value: a}
      - type: assert-set
        weight: 2
        assert: [{type: contains, value: b}, {type: contains, value: c, weight: 3}]
  - assert:
      - {type: assert-set, threshold: 0.5, assert: [{type: contains, value: b}, {type: contains, value: c}]}
      - {type: contains, value: d}
`)
  const [first, second] = features[0]?.cases ?? []
  assert.deepEqual(
    first?.checks.map(({ weight, must }) => [weight, must]),
    [
      [undefined, undefined],
      [0.5, undefined],
      [1.5, undefined],
    ],
  )
  assert.equal(first?.passesAt, 0.5)
  assert.deepEqual(
    second?.checks.map(({ must }) => must),
    [undefined, undefined, true],
  )
  assert.ok(rows.some(({ name, outcome }) => name === 'assert-set' && outcome === 'approximated'))
})

test('$ref, scenarios, files of tests and of variables, and variables in variables are followed', async () => {
  const { features } = await importYaml(
    `
prompts: file://prompts/*.txt
assertionTemplates: {short: {type: word-count, value: {max: 5}}}
scenarios:
  - config: [{vars: {language: French}}, {vars: {language: German}}]
    tests: [{vars: {word: "{{language}} yes"}, assert: [{$ref: "#/assertionTemplates/short"}]}]
tests:
  - file://more/*.yaml
  - file://rows.jsonl
`,
    {
      'prompts/one.txt': 'Say {{word}} in {{language}}.\n---\nWrite {{word}} in {{language}}.',
      'more/a.yaml': '- vars: file://vars.yaml\n  assert: [{type: equals, value: file://answer.txt}]',
      'vars.yaml': 'word: file://word.txt\nlanguage: Greek',
      'word.txt': 'nai\n',
      'answer.txt': 'ναι\n',
      'rows.jsonl':
        '{"vars": {"word": "da", "language": "Russian"}, "assert": [{"type": "contains", "value": "да"}]}\n',
    },
  )
  assert.deepEqual(
    features.map(({ name, messages }) => [name, messages?.[0]?.content]),
    [
      ['one-1', 'Say {{word}} in {{language}}.'],
      ['one-2', 'Write {{word}} in {{language}}.'],
    ],
  )
  assert.deepEqual(
    features[0]?.cases.map(({ vars, checks }) => [vars.word, vars.language, Object.keys(checks[0] ?? {})[0]]),
    [
      ['nai', 'Greek', 'equals'],
      ['da', 'Russian', 'contains'],
      ['French yes', 'French', 'maxWords'],
      ['German yes', 'German', 'maxWords'],
    ],
  )
})

test('a chat stays a chat, and one with loops is rendered for each case', async () => {
  const chat = '[{"role": "system", "content": "Be {{tone}}."}, {"role": "user", "content": "{{ q | upper }}"}]'
  const looped =
    '[{% for m in turns %}{"role": "user", "content": {{ m | dump }}}{% if not loop.last %},{% endif %}{% endfor %}]'
  const imported = await importYaml(
    `
prompts: [file://chat.json, file://looped.json]
tests:
  - {vars: {tone: kind, q: why, turns: [[a, "b\\"c"]]}, assert: [{type: contains, value: x}]}
  - {vars: {tone: kind, q: who, turns: [[a]]}, assert: [{type: contains, value: x}]}
`,
    { 'chat.json': chat, 'looped.json': looped },
  )
  const [plain, dynamic] = imported.features
  assert.deepEqual(plain?.messages, [
    { role: 'system', content: 'Be {{tone}}.' },
    { role: 'user', content: '{{rendered_2}}' },
  ])
  assert.deepEqual(
    plain?.cases.map(({ vars }) => vars.rendered_2),
    ['WHY', 'WHO'],
  )
  assert.deepEqual(
    dynamic?.cases.map(({ vars }) => [vars.message_1, vars.message_2]),
    [['a', 'b"c']],
  )
  assert.match(notesOf(imported, 'case', 'dropped')[0] ?? '', /its messages are not those of the others/)
})

test('a case that cannot be rendered is left out and named, and the others stay', async () => {
  const imported = await importYaml(`
prompts: ["{% if deep %}{{ x | rot13 }}{% endif %}Hello"]
tests:
  - {vars: {deep: false}, assert: [{type: contains, value: a}]}
  - {vars: {deep: true}, assert: [{type: contains, value: a}]}
`)
  assert.equal(imported.features[0]?.cases.length, 1)
  assert.deepEqual(notesOf(imported, 'case', 'dropped'), ['the prompt cannot be rendered: the template filter "rot13"'])
})

test('code is never run: prompts, providers, tests and variables in code are named', async () => {
  const imported = await importYaml(
    `
prompts: [file://prompt.py:make, "Hi {{name}}"]
providers: [file://app.js, "exec:rm -rf /", https://example.com/chat]
extensions: [file://hooks.py:before]
tests:
  - file://generate.js
  - {vars: {name: file://secret.py}, assert: [{type: contains, value: a}]}
  - {vars: {name: Ann}, assert: [{type: python, value: file://check.py}]}
`,
    { 'prompt.py': '', 'check.py': '' },
  )
  assert.deepEqual(
    imported.features.map(({ cases }) => cases.length),
    [1],
  )
  for (const [name, note] of [
    ['prompt of code', /not run here/],
    ['provider file://app.js', /target/],
    ['provider exec:rm', /not run here/],
    ['provider https://example.com/chat', /application/],
    ['extensions', /not run here/],
    ['tests of a file', /generate\.js: code/],
    ['case', /secret\.py: code/],
    ['python', /your own code, not run here: review check\.py/],
  ] as const) {
    assert.match(notesOf(imported, name, 'dropped')[0] ?? '', note, name)
  }
})

test('a key that nobody reads is listed, and so are options and settings of assertions', async () => {
  const imported = await importYaml(`
prompts: [x]
surprise: 1
evaluateOptions: {repeat: 3}
tests:
  - options: {provider: openai:gpt-4o, odd: 1, prefix: "Be brief. "}
    assert: [{type: llm-rubric, value: kind, provider: openai:gpt-4o, rubricPrompt: x}]
`)
  for (const name of [
    'surprise',
    'evaluateOptions',
    'options.provider',
    'options.odd',
    'assert.provider',
    'assert.rubricPrompt',
  ])
    assert.equal(notesOf(imported, name, 'dropped').length, 1, name)
  assert.equal(imported.features[0]?.messages?.[0]?.content, 'Be brief. x')
})

test('what is no configuration, or has a reference to itself, is refused with its place', async () => {
  for (const [yaml, message] of [
    ['a: 1', /no configuration of promptfoo/],
    ['- 1', /neither a test nor a file/],
    ['text', /holds no map/],
    [' ', /is empty/],
    ['prompts: [a]\ntests: [{$ref: "#/tests"}]', /leads to itself|nested too deeply/],
    ['prompts: [a]\ntests: [{$ref: "#/nowhere"}]', /leads nowhere/],
    ['prompts: [a]\ntests: [{vars: {a: 1}', /promptfooconfig.yaml:2/],
    ['prompts: [a]\nprompts: [b]', /is there twice/],
    ['prompts: [a]\ntests: file://generate.ts', /no tests that can be read.*promptfoo eval -o results.json/],
    ['prompts: [a]\ntests: [{vars: {a: file://gone.txt}}]', /gone.txt: there is no such file/],
    [
      `a: &a [${'x,'.repeat(100)}]\n${[...'bcdefg'].map((name, index) => `${name}: &${name} [${`*${'abcdef'[index]},`.repeat(100)}]`).join('\n')}\nprompts: *g`,
      /aliases expand to too much/,
    ],
  ] as const) {
    await assert.rejects(importYaml(yaml), message, yaml.slice(0, 60))
  }
})

test('names that every object has are plain names', async () => {
  const { features } = await importYaml(`
prompts: ["{{ __proto__ }} {{ constructor }}"]
tests: [{vars: {__proto__: a, constructor: b, hasOwnProperty: c}, assert: [{type: contains, value: "{{constructor}}"}]}]
`)
  const [item] = features[0]?.cases ?? []
  assert.deepEqual(Object.entries(item?.vars ?? {}), [
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['hasOwnProperty', 'c'],
  ])
  assert.equal(Object.getPrototypeOf(item?.vars), Object.prototype)
})

test('providers of many kinds find their counterpart', async () => {
  for (const [id, model, baseURL] of [
    ['openai:gpt-4o', 'openai:gpt-4o', undefined],
    ['openai:responses:gpt-5', 'openai:gpt-5', undefined],
    ['google:gemini-2.5-flash', 'google:gemini-2.5-flash', undefined],
    ['ollama:chat:llama3:8b', 'ollama:llama3:8b', 'http://127.0.0.1:11434/v1'],
    ['openrouter:meta/llama-3', 'openrouter:meta/llama-3', 'https://openrouter.ai/api/v1'],
    [
      '{id: "openai:chat:x", config: {apiBaseUrl: "https://llm.example.com/v1"}}',
      'llm-example-com:x',
      'https://llm.example.com/v1',
    ],
  ] as const) {
    const { features, providers = {} } = await importYaml(`prompts: [x]\nproviders: [${id}]${oneTest}`)
    assert.equal(features[0]?.model, model)
    assert.equal(providers[model.split(':')[0] ?? '']?.baseURL, baseURL)
  }
  for (const id of [
    'openai:embedding:x',
    'github:openai/gpt-4o',
    'echo',
    '"openai:{{model}}"',
    'bedrock:anthropic.claude',
  ]) {
    const { features } = await importYaml(`prompts: [x]\nproviders: [${id}]${oneTest}`)
    assert.equal(features[0]?.model, undefined, id)
  }
})

test('a test may keep its lists whole, and leave out the assertions of all', async () => {
  const { features } = await importYaml(`
prompts: ["{{list}}"]
defaultTest: {assert: [{type: contains, value: all}]}
tests:
  - {vars: {list: [a, b]}, options: {disableVarExpansion: true}, assert: [{type: contains, value: x}]}
  - {vars: {list: c}, options: {disableDefaultAsserts: true}, assert: [{type: contains, value: x}]}
`)
  assert.deepEqual(
    features[0]?.cases.map(({ vars, checks }) => [vars.list, checks.map(({ contains }) => contains)]),
    [
      [
        ['a', 'b'],
        ['all', 'x'],
      ],
      ['c', ['x']],
    ],
  )
})
