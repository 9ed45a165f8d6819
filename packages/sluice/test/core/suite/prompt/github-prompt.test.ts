import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Case } from '../../../../src/core/suite/cases/case.ts'
import { casesOf } from '../../../../src/core/suite/prompt/suites.ts'
import { faultsOf, good, goodPrompt, load, memoryFiles, root } from '../../../support/memory-files.ts'

const file = 'prompts/greet.prompt.yml'
const github = `name: Greeting evaluation
description: Greets.
model: openai/gpt-4.1-2025-04-14
modelParameters: {temperature: 0.5, maxTokens: 50}
testData:
  - {input: hello, expected: a greeting, tone: warm}
  - {input: bye, expected: [a, farewell]}
messages:
  - {role: system, content: "Keep {{this}} and {{ input }}."}
  - {role: user, content: "Answer: {{input}}"}
evaluators:
  - name: has tone
    string: {contains: "{{tone}}"}
  - name: exact
    string: {equals: Hi}
  - string: {startsWith: H, endsWith: "!"}
  - name: picks
    llm:
      modelId: openai/gpt-4.1-2025-04-14
      systemPrompt: Judge.
      prompt: "Is {{completion}} polite?"
      choices: [{choice: yes, score: 1}, {choice: "no", score: 0}]
  - {name: a, uses: github/similarity}
  - {name: b, uses: github/coherence}
  - {name: c, uses: github/fluency}
  - {name: d, uses: github/relevance}
  - {name: e, uses: github/groundedness}
  - {name: f, uses: github/similarity}
`

async function inlineCases(): Promise<Case[]> {
  const { prompts } = await load({ [file]: github })
  const cases: Case[] = []
  for await (const item of casesOf(memoryFiles({}), prompts[0]!, 'fast', { root })) cases.push(item)
  return cases
}

test('an unchanged file loads without an error, literal and lenient', async () => {
  const { prompts } = await load({ [file]: github })
  const [prompt] = prompts
  assert.equal(prompt?.strict, false)
  assert.equal(prompt?.feature, 'greet')
  assert.equal(prompt?.model, 'openai:gpt-4.1-2025-04-14')
  assert.equal((await faultsOf({ [file]: github })).filter((fault) => !fault.startsWith('warning')).length, 0)
})

test('test data become cases: every key a variable, expected the reference as well', async () => {
  const [first, second] = await inlineCases()
  assert.deepEqual(first, {
    id: 'testData-1',
    vars: { input: 'hello', expected: 'a greeting', tone: 'warm' },
    expected: 'a greeting',
    checks: [],
    rubric: [],
    tags: [],
    weight: 1,
    critical: false,
    line: 6,
  })
  assert.deepEqual([second?.id, second?.expected, second?.line], ['testData-2', '["a","farewell"]', 7])
})

test('string evaluators become checks with the case rules of gh-models', async () => {
  const { prompts } = await load({ [file]: github })
  assert.deepEqual(
    prompts[0]?.checks.map(({ type, value, name, caseSensitive }) => [type, value, name, caseSensitive]),
    [
      ['contains', '{{tone}}', 'has tone', false],
      ['equals', 'Hi', 'exact', true],
      ['startsWith', 'H', 'startsWith "H"', false],
    ],
  )
})

test('llm evaluators become judges with choices, ready-made ones rubric items with their own ids', async () => {
  const { prompts } = await load({ [file]: github })
  assert.deepEqual(prompts[0]?.choices, [
    {
      name: 'picks',
      model: 'openai:gpt-4.1-2025-04-14',
      systemPrompt: 'Judge.',
      prompt: 'Is {{completion}} polite?',
      choices: [
        { choice: 'yes', score: 1 },
        { choice: 'no', score: 0 },
      ],
      weight: 1,
    },
  ])
  const rubric = prompts[0]?.rubric ?? []
  assert.deepEqual(
    rubric.map(({ id }) => id),
    ['similarity', 'coherence', 'fluency', 'relevance', 'groundedness', 'similarity-2'],
  )
  for (const { ask } of rubric) assert.match(ask, /^Is |^Does .*\?$/)
})

test('variables that stay in place are warnings, with the reason', async () => {
  assert.deepEqual(await faultsOf({ [file]: github }), [
    `warning ${file}:7:5: vars: ${file} uses {{tone}}, which this case does not set`,
    `warning ${file}:9:35: unknown variable {{this}}: no case sets it`,
    `warning ${file}:9:48: {{ input }} stays as it is: only {{input}}, without spaces, is replaced in a file without "sluice: 1"`,
  ])
})

test('unknown keys are warnings at any depth, and native ones say what they need', async () => {
  const extra = `${github.replace('maxTokens: 50', 'maxTokens: 50, temprature: 1')}checks: []\nauthor: Ann\nslucie: 1\n`
  const faults = await faultsOf({ [file]: extra })
  const unknown = faults.filter((fault) => !/\{\{/.test(fault)).map((fault) => fault.replace(`warning ${file}:`, ''))
  assert.deepEqual(unknown.slice(0, 2), [
    '4:52: modelParameters.temprature: unknown key "temprature"; did you mean "temperature"?',
    '29:1: checks: has no effect without "sluice: 1" at the top of the file',
  ])
  assert.match(unknown[2] ?? '', /^30:1: author: unknown key "author"; known: name, description, model/)
  assert.equal(unknown[3], '31:1: slucie: unknown key "slucie"; did you mean "sluice"?')
  const { prompts } = await load({ [file]: extra })
  assert.deepEqual(prompts[0]?.parameters, { temperature: 0.5, maxTokens: 50 })
})

test('early files without a provider get it from the name of the model', async () => {
  for (const [model, expected] of [
    ['gpt-4.1-2025-04-14', 'openai:gpt-4.1-2025-04-14'],
    ['o3-2025-04-16', 'openai:o3-2025-04-16'],
    ['claude-opus-4-6', 'anthropic:claude-opus-4-6'],
    ['gemini-2.5-flash', 'google:gemini-2.5-flash'],
  ] as const) {
    const { prompts } = await load({ [file]: github.replace('model: openai/gpt-4.1-2025-04-14', `model: ${model}`) })
    assert.equal(prompts[0]?.model, expected)
  }
  const [fault] = await faultsOf({ [file]: github.replace('model: openai/gpt-4.1-2025-04-14', 'model: my-model') })
  assert.match(fault ?? '', /:3:8: model: names no provider; write provider:model/)
})

const bare = github.replace(/^model.*\n/gm, '')

test("a file without a model has GitHub's default", async () => {
  const { prompts, diagnostics } = await load({ [file]: bare })
  assert.equal(prompts[0]?.model, 'openai:gpt-4o')
  assert.ok(diagnostics.every(({ severity }) => severity === 'warning'))
})

test('all spellings of the token limit count, and of the other parameters', async () => {
  for (const [written, expected] of [
    ['maxTokens: 300', { maxTokens: 300 }],
    ['max_tokens: 300', { maxTokens: 300 }],
    ['maxCompletionTokens: 300', { maxCompletionTokens: 300 }],
    ['max_completion_tokens: 300', { maxCompletionTokens: 300 }],
    ['top_p: 0.5, frequency_penalty: 1', { topP: 0.5, frequencyPenalty: 1 }],
  ] as const) {
    const contents = { [file]: `modelParameters: {${written}}\n${bare}` }
    const { prompts } = await load(contents)
    assert.deepEqual(prompts[0]?.parameters, expected, written)
    assert.doesNotMatch((await faultsOf(contents)).join(), /unknown key/)
  }
})

test('prompts are found by default in both folders, with either ending, and by a glob also in .github', async () => {
  const places = ['prompts/a.prompt.yml', 'prompts/deep/b.prompt.yaml', '.github/prompts/c.prompt.yml']
  const contents = Object.fromEntries(places.map((place) => [place, bare.replace('name: Greeting evaluation\n', '')]))
  const names = async (others = {}) => (await load({ ...contents, ...others })).prompts.map(({ feature }) => feature)
  assert.deepEqual((await names()).sort(), ['a', 'b', 'c'])
  assert.deepEqual((await names({ 'sluice.yaml': 'prompts: "**/*.prompt.yml"\n' })).sort(), ['a', 'c'])
})

test('a vendor without a provider is told what to write, and only an own file is wrong by it', async () => {
  for (const vendor of ['mistral-ai', 'meta', 'deepseek', 'xai', 'cohere', 'microsoft', 'ai21-labs']) {
    const model = `model: ${vendor}/some-model`
    const [fault] = await faultsOf({ [file]: `${model}\n${bare}` })
    assert.match(fault ?? '', /^warning .*: model: there is no provider .* write in sluice\.yaml: providers: \{/)
    const own = { 'prompts/summary.prompt.yml': goodPrompt.replace(/model: .*/, model) }
    assert.match((await faultsOf(good(own))).join(), /^prompts\/summary.*there is no provider .*providers: \{/)
    const [, settings = ''] = /(providers: \{.*\}\})/.exec(fault ?? '') ?? []
    assert.doesNotMatch((await faultsOf({ [file]: `${model}\n${bare}`, 'sluice.yaml': settings })).join(), /provider/)
  }
})

test('an evaluator that evaluates nothing, or is not known, is an error', async () => {
  const empty = await faultsOf({ [file]: `${github}  - {name: g, string: {contains: ""}}\n` })
  assert.equal(
    empty.at(-1),
    `${file}:29:5: evaluators.10: evaluates nothing; give "string" with a text, "llm" or "uses"`,
  )
  const other = await faultsOf({ [file]: `${github}  - {name: g, uses: github/similarty}\n` })
  assert.match(other[0] ?? '', /:29:21: evaluators\.10\.uses: expected one of .*did you mean "github\/similarity"\?/)
})

test('a file without anything to score its cases is a warning, so that it can lie beside native ones', async () => {
  const faults = await faultsOf({ [file]: github.slice(0, github.indexOf('evaluators:')) })
  assert.match(faults.join('\n'), /warning .*:6:5: nothing scores the case "testData-1"/)
  assert.ok(faults.every((fault) => fault.startsWith('warning')))
})

test('test data and evaluators also work in a native file, under its strict rules', async () => {
  const native = `sluice: 1\n${github}`.replace('Greeting evaluation', 'greeting').replace('{{this}} and ', '')
  const faults = await faultsOf({ [file]: native })
  assert.deepEqual(faults, [`${file}:8:5: vars: ${file} uses {{tone}}, which this case does not set`])
  const { prompts } = await load({ [file]: native })
  assert.deepEqual(prompts[0]?.inlineCases[0]?.vars, { input: 'hello', tone: 'warm' })
  assert.equal(prompts[0]?.inlineCases[0]?.expected, 'a greeting')
})
