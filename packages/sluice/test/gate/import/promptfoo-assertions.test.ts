import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileCheck } from '../../../src/core/scorers/checks/check.ts'
import { checkSchema } from '../../../src/core/suite/checks/check-entry.ts'
import type { Assertion, Translation } from '../../../src/gate/import/promptfoo/assertion.ts'
import { createScriptFiles } from '../../../src/gate/import/promptfoo/script-module.ts'
import { translateAssertion } from '../../../src/gate/import/promptfoo/translate-assertion.ts'

const plain = {
  isInverse: false,
  value: undefined,
  weight: 1,
  isMust: true,
  transforms: [],
  place: 'tests[0].assert[0]',
}

function translate(
  asked: Partial<Assertion> & { type: string },
  vars: Record<string, unknown> = {},
): Promise<Translation> {
  const isInverse = asked.type.startsWith('not-')
  const type = asked.type.replace(/^not-/, '')
  const load = async (file: string) => (file === 'words.txt' ? 'from a file' : Promise.reject(new Error(file)))
  return translateAssertion({ ...plain, ...asked, type, isInverse }, { vars, scripts: createScriptFiles(), load })
}

/** Whether the checks pass an output. */
async function passes({ checks }: Translation, output: string, vars: Record<string, unknown> = {}): Promise<boolean> {
  const item = { id: 'a', vars, checks: [], rubric: [], tags: [], weight: 1, critical: false, line: 1 }
  const runs = checks.map((check) =>
    compileCheck(checkSchema.parse(check), { strict: true }).run({ case: item, output }),
  )
  return (await Promise.all(runs)).every(({ score }) => score === 1)
}

/** [type, value, outputs that pass there, outputs that fail there] */
const likePromptfoo: [type: string, value: unknown, passing: string[], failing: string[]][] = [
  ['contains', 'Paris', ['in Paris.'], ['in paris']],
  ['not-contains', 'Paris', ['in paris'], ['in Paris']],
  ['icontains', 'Paris', ['IN PARIS'], ['Rome']],
  ['contains', 'a.b}}', ['a.b}}'], ['axb}}']],
  ['contains', 'a line\n', ['a line\nmore'], ['a line']],
  ['contains-any', 'red, "green, blue"', ['red', 'green, blue'], ['green']],
  ['contains-all', ['a', 'b'], ['b a'], ['a', 'A B']],
  ['not-contains-all', ['a', 'b'], ['a', 'x'], ['a b']],
  ['not-contains-any', ['a', 'b'], ['x'], ['a', 'xb']],
  ['icontains-all', 'A,b', ['ab'], ['a']],
  ['equals', 'Yes', ['Yes'], ['yes', 'Yes.']],
  ['equals', 4, ['4'], ['5']],
  ['equals', { a: [1] }, ['{"a": [1]}'], ['{"a": [2]}', 'a']],
  ['not-equals', 'Yes', ['no'], ['Yes']],
  ['starts-with', 'Dear (', ['Dear (Ann)'], ['dear (Ann)', ' Dear (']],
  ['not-starts-with', 'Dear', ['dear'], ['Dear']],
  ['regex', '\\d{2}\\-\\w', ['12-a'], ['1-a']],
  ['regex', '^[A-Z]+$', ['ABC'], ['abc', 'AB\nC']],
  ['not-regex', 'x\\_y', ['xy'], ['x_y']],
  ['regex', '{"a": 1}', ['{"a": 1}'], ['a']],
  ['is-json', undefined, ['[1]'], ['```json\n[1]\n```', 'x']],
  ['is-json', { type: 'object', required: ['a'] }, ['{"a": 1}'], ['{}', '[]']],
  ['is-json', 'type: object\nrequired: [a]', ['{"a": 1}'], ['{}']],
  ['not-is-json', undefined, ['x'], ['[1]']],
  ['contains-json', undefined, ['Here: {"a": 1}.'], ['none']],
  ['contains-json', { type: 'object', required: ['a'] }, ['Here: {"a": 1}.'], ['Here: {"b": 1}.']],
  ['is-xml', undefined, ['<a><b/></a>'], ['a <a/>', '<a>']],
  ['contains-xml', { requiredElements: ['a.b'] }, ['x <a><b>1</b></a>'], ['<a/>']],
  ['is-html', undefined, ['<p>Hi</p>'], ['Hi']],
  ['contains-html', undefined, ['Hi <b>you</b> <i>there</i>'], ['1 < 2']],
  ['is-sql', undefined, ['SELECT a FROM b'], ['Hello']],
  [
    'is-sql',
    { databaseType: 'PostgreSQL', allowedTables: ['select::null::b'] },
    ['SELECT a FROM b'],
    ['SELECT a FROM c'],
  ],
  ['is-refusal', undefined, ["I'm sorry, but I can't help with that."], ['Sure, here it is.']],
  ['levenshtein', 'kitten', ['kitten', 'sitting'], ['a wholly other text']],
  ['rouge-n', 'the cat sat on the mat', ['the cat sat on the mat'], ['dogs run']],
  ['bleu', 'the cat sat on the mat', ['the cat sat on the mat'], ['dogs run']],
  ['not-bleu', 'the cat sat on the mat', ['dogs run'], ['the cat sat on the mat']],
  ['gleu', ['a dog runs', 'the cat sat on the mat'], ['the cat sat on the mat'], ['nothing here']],
  ['meteor', 'the cat sat on the mat', ['the cat sat on the mat'], ['dogs run']],
  ['word-count', { min: 2, max: 3 }, ['one two'], ['one', 'one two three four']],
  ['word-count', 2, ['one two'], ['one']],
]

for (const [type, value, passing, failing] of likePromptfoo) {
  test(`${type} of ${JSON.stringify(value)} says what promptfoo says`, async () => {
    for (const isMust of [true, false]) {
      const translation = await translate({ type, value, isMust })
      assert.notEqual(translation.outcome, 'dropped', translation.note)
      for (const output of passing) assert.equal(await passes(translation, output), true, output)
      for (const output of failing) assert.equal(await passes(translation, output), false, output)
    }
  })
}

test('contains-all is all or nothing also where it need not pass, and a plain list where it must', async () => {
  const must = await translate({ type: 'contains-all', value: ['a', 'b'] })
  assert.deepEqual(must.checks, [{ containsAll: ['a', 'b'], caseSensitive: true, must: true }])
  const [check] = (await translate({ type: 'contains-all', value: ['a', 'b'], isMust: false })).checks
  const item = { id: 'a', vars: {}, checks: [], rubric: [], tags: [], weight: 1, critical: false, line: 1 }
  const { score } = await compileCheck(checkSchema.parse(check), { strict: true }).run({ case: item, output: 'a' })
  assert.equal(score, 0)
})

test('a plain variable stays one, and anything more is put in', async () => {
  const vars = { city: 'Rome (old)', list: ['a', 'b'] }
  assert.deepEqual((await translate({ type: 'contains', value: 'in {{ city }}' }, vars)).checks, [
    { contains: 'in {{ city }}', caseSensitive: true, must: true },
  ])
  const filtered = await translate({ type: 'contains', value: '{{ city | upper }} {{ "{{" }}' }, vars)
  assert.equal(await passes(filtered, 'ROME (OLD) {{'), true)
  // There the value is a pattern, so that it is put in as one.
  const pattern = await translate({ type: 'regex', value: '^{{city}}$' }, vars)
  assert.equal(await passes(pattern, 'Rome old', vars), true)
  assert.equal(await passes(pattern, 'Rome (old)', vars), false)
  const refused = await translate({ type: 'contains', value: '{{ city | rot13 }}' }, vars)
  assert.deepEqual([refused.outcome, refused.note], ['dropped', 'cannot be rendered: the template filter "rot13"'])
})

test('weights, metrics and must are those of the file', async () => {
  const { checks } = await translate(
    { type: 'contains', value: 'a', weight: 3, metric: 'Tone of {{x}}', isMust: false },
    { x: 'y' },
  )
  assert.deepEqual(checks, [{ contains: 'a', caseSensitive: true, name: 'Tone of y', weight: 3 }])
  const silent = await translate({ type: 'contains', value: 'a', weight: 0, isMust: false })
  assert.deepEqual(silent.checks, [{ contains: 'a', caseSensitive: true, weight: 0 }])
  const judged = await translate({ type: 'llm-rubric', value: 'polite', weight: 0, isMust: false })
  assert.equal(judged.outcome, 'dropped')
  const limits = await translate({ type: 'word-count', value: { min: 1, max: 5 }, weight: 2, isMust: false })
  assert.deepEqual(limits.checks, [
    { minWords: 1, weight: 1 },
    { maxWords: 5, weight: 1 },
  ])
})

test('what a model judges becomes a question, with its variables in it', async () => {
  const { rubric, outcome } = await translate(
    { type: 'llm-rubric', value: 'names {{city}}', weight: 2 },
    { city: 'Rome' },
  )
  assert.equal(outcome, 'approximated')
  assert.deepEqual(rubric, [
    { id: 'names Rome', ask: 'Does the output meet this criterion? names Rome', weight: 2, must: true },
  ])
  const steps = await translate({ type: 'g-eval', value: ['short', 'kind'] })
  assert.equal(steps.rubric.length, 2)
  const opposite = await translate({ type: 'not-llm-rubric', value: 'rude' })
  assert.match(opposite.rubric[0]?.ask ?? '', /^Does the output fail to meet/)
  assert.equal((await translate({ type: 'not-factuality', value: 'x' })).outcome, 'dropped')
})

test('a pattern that JavaScript cannot read was never passed, and says so', async () => {
  const { outcome, note } = await translate({ type: 'regex', value: '(?i)paris' })
  assert.equal(outcome, 'dropped')
  assert.match(note, /so it never passed/)
})

test('JavaScript that only looks at values becomes a module; any other is kept for review and never run', async () => {
  const scripts = createScriptFiles()
  const site = { vars: {}, scripts, load: async () => '' }
  const ask = (value: string) => translateAssertion({ ...plain, type: 'javascript', value }, site)
  const looks = await ask('output.length > 2 && !output.includes("sorry")')
  assert.equal(looks.outcome, 'same')
  assert.match(String(looks.checks[0]?.module), /^\.\.\/checks\/promptfoo-[0-9a-f]{8}\.mjs$/)
  for (const code of [
    'process.exit(1)',
    'require("fs")',
    'output.constructor("x")()',
    'while (true) {}',
    'fetch(output)',
  ]) {
    const { outcome, note, checks } = await ask(code)
    assert.deepEqual([outcome, checks], ['dropped', []], code)
    assert.match(note, /code to review in review\/promptfoo-[0-9a-f]{8}\.js/)
  }
  assert.deepEqual(
    scripts.files().map(({ path }) => path.split('/')[0]),
    ['checks', 'review', 'review', 'review', 'review', 'review'],
  )
  const python = await translateAssertion({ ...plain, type: 'python', value: 'len(output) > 3' }, site)
  assert.equal(python.outcome, 'dropped')
  assert.match(python.note, /code to review in .*\.py/)
})

test('an assertion about what code has made of the output never looks at the output itself', async () => {
  const scripts = createScriptFiles()
  const site = { vars: {}, scripts, load: async () => '' }
  const asked = { ...plain, type: 'contains', value: 'YES' }
  const both = await translateAssertion({ ...asked, transforms: ['output.toUpperCase()'] }, site)
  assert.deepEqual([both.outcome, Object.keys(both.checks[0] ?? {})], ['same', ['module', 'must']])
  const hidden = await translateAssertion({ ...asked, transforms: ['file://clean.js'] }, site)
  assert.deepEqual([hidden.outcome, hidden.checks], ['dropped', []])
  const json = await translateAssertion(
    { ...asked, type: 'is-json', value: undefined, transforms: ['output.trim()'] },
    site,
  )
  assert.deepEqual([json.outcome, json.checks], ['dropped', []])
})

test('calls of tools become checks of what a target reports, where they name their tools', async () => {
  const value = { name: 'refund', args: { order: '{{order}}', lines: ['a'] }, mode: 'exact', ignore: 'note' }
  const args = { order: '{{order}}', lines: ['a'] }
  const call = { name: 'refund', args, mode: 'exact', ignore: ['note'] }
  for (const [type, given, checks] of [
    ['trajectory:tool-used', 'refund', [{ toolCalled: 'refund' }]],
    ['trajectory:tool-used', { pattern: 'refund', max: 2 }, [{ toolCalled: { name: 'refund', min: 1, max: 2 } }]],
    ['not-trajectory:tool-used', ['refund', 'close'], [{ noToolCalled: ['refund', 'close'] }]],
    ['not-trajectory:tool-used', { name: 'refund', min: 2 }, [{ toolCalled: { name: 'refund', min: 0, max: 1 } }]],
    ['trajectory:tool-args-match', value, [{ toolCalled: call }]],
    ['not-trajectory:tool-args-match', value, [{ toolCalled: { ...call, max: 0 } }]],
    ['trajectory:tool-sequence', ['a', { name: 'b' }], [{ toolOrder: { steps: ['a', 'b'] } }]],
    ['trajectory:tool-sequence', { steps: ['a'], mode: 'exact' }, [{ toolOrder: { steps: ['a'], mode: 'exact' } }]],
    ['trajectory:step-count', { type: 'tool', name: 'a', max: 3 }, [{ toolCalled: { name: 'a', min: 0, max: 3 } }]],
    ['tool-call-f1', 'a, b', [{ toolCalled: 'a' }, { toolCalled: 'b' }, { onlyTools: ['a', 'b'] }]],
  ] as const) {
    const found = await translate({ type, value: given }, { order: 1182 })
    assert.equal(found.outcome, 'approximated', `${type} ${found.note}`)
    const written = found.checks.map(({ must: _, weight: __, ...check }) => check)
    assert.deepEqual(written, checks, type)
  }
  for (const [type, given] of [
    ['trajectory:tool-used', 'search*'],
    ['trajectory:tool-used', { name: 'refund', max: 0 }],
    ['not-trajectory:tool-used', { name: 'refund', min: 1, max: 2 }],
    ['trajectory:tool-args-match', { ...value, defaults: { a: 1 } }],
    ['trajectory:tool-args-match', { ...value, ignore: '*_id' }],
    ['not-trajectory:tool-sequence', ['a', 'b']],
    ['trajectory:step-count', { type: 'reasoning', max: 3 }],
    ['trajectory:goal-success', 'the order is refunded'],
  ] as const) {
    const { outcome, checks } = await translate({ type, value: given }, { order: 1182 })
    assert.deepEqual([outcome, checks], ['dropped', []], type)
  }
})

/** All base types of promptfoo. */
const types =
  `answer-relevance bleu classifier contains contains-all contains-any contains-html contains-json contains-sql
  contains-xml context-faithfulness context-recall context-relevance conversation-relevance cost equals factuality
  finish-reason g-eval gleu guardrails icontains icontains-all icontains-any is-html is-json is-refusal is-sql
  is-valid-function-call is-valid-openai-function-call is-valid-openai-tools-call is-xml javascript latency levenshtein
  llm-rubric meteor model-graded-closedqa model-graded-factuality moderation perplexity perplexity-score pi python regex
  rouge-n ruby search-rubric similar similar:cosine similar:dot similar:euclidean skill-used starts-with tool-call-f1
  trace-error-spans trace-span-count trace-span-duration trajectory:goal-success trajectory:step-count
  trajectory:tool-args-match trajectory:tool-sequence trajectory:tool-used webhook word-count select-best max-score human
  promptfoo:redteam:pii agent-rubric`.split(/\s+/)

test('every type of promptfoo is known, and one that is not is named', async () => {
  for (const type of types) {
    const { note } = await translate({ type, value: 'x', threshold: 1 }, { context: 'x' })
    assert.doesNotMatch(note, /no such type/, type)
    const inverse = await translate({ type: `not-${type}`, value: 'x', threshold: 1 }, { context: 'x' })
    assert.doesNotMatch(inverse.note, /no such type/, `not-${type}`)
  }
  const unknown = await translate({ type: 'constructor', value: 'x' })
  assert.deepEqual([unknown.outcome, unknown.note], ['dropped', 'no such type is known'])
})

test('a value may come out of a file', async () => {
  const { checks } = await translate({ type: 'contains', value: 'file://words.txt' })
  assert.deepEqual(checks, [{ contains: 'from a file', caseSensitive: true, must: true }])
})

test('code that takes the output for data is given its JSON', async () => {
  const translation = await translate({
    type: 'javascript',
    value: 'output.risk === "high" && output?.items.length > 0',
  })
  assert.equal(translation.outcome, 'approximated')
  assert.match(translation.note, /given the output as data, parsed from JSON/)
  const text = await translate({ type: 'javascript', value: 'JSON.parse(output).risk.length > output.length' })
  assert.equal(text.outcome, 'same')
})
