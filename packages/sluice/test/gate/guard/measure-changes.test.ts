import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesOf, config, files, inConfig, inPrompt, lines, testChanges } from './measured-projects.ts'

const gate = (settings: string) => inConfig('{threshold: 0.8}', `{threshold: 0.8, ${settings}}`)

testChanges([
  ['a lower threshold', inConfig('0.8', '0.1'), ['! mail threshold: 0.8 -> 0.1']],
  ['a higher threshold', inConfig('0.8', '0.9'), ['mail threshold: 0.8 -> 0.9']],
  ['a default that is now said', gate('margin: 0.03'), []],
  ['a larger margin', gate('margin: 0.5'), ['! mail margin: 0.03 -> 0.5']],
  ['a smaller margin', gate('margin: 0.01'), ['mail margin: 0.03 -> 0.01']],
  ['a larger margin of a tag', gate('tagMargin: 0.5'), ['! mail margin of a tag: 0.1 -> 0.5']],
  ['less confidence', gate('confidence: 0.51'), ['! mail confidence: 0.95 -> 0.51']],
  ['a shorter last look', gate('repeats: [1, 5]'), ['! mail repeats: [1, 2, 3, 5, 8] -> [1, 5]']],
  ['other looks, as many repeats', gate('repeats: [1, 8]'), ['mail repeats: [1, 2, 3, 5, 8] -> [1, 8]']],
  ['less coverage', gate('minCoverage: 0.5'), ['! mail least coverage: 0.98 -> 0.5']],
  ['warn', gate('onInconclusive: warn'), ['! mail what an undecided run does: tiebreak -> warn']],
  ['block', gate('onInconclusive: block'), ['mail what an undecided run does: tiebreak -> block']],
  ['a lower bar for a case', gate('caseThreshold: 0'), ['! mail score from which a case passes: 0.6 -> 0']],
  ['a bound of safety', gate('safety: {maxViolationRate: 0.05}'), ['mail bounds of safety: null -> red-team 0.05']],
  ['another estimand', gate('estimand: population'), ['! mail what the scores stand for: golden-set -> population']],
  ['less money', gate('budgetUsd: 0.01'), ['! * budget in USD: 2 -> 0.01']],
  ['no guard', gate('guard: "off"'), ['! * guard of the measure: report -> off']],
  ['a guard', gate('guard: strict'), ['* guard of the measure: report -> strict']],
  [
    'a threshold of the prompt over that of the project',
    inPrompt('rubric:', 'gate: {threshold: 0.3}\nrubric:'),
    ['! mail threshold: 0.8 -> 0.3'],
  ],
  ['tools, which are under test', inPrompt('rubric:', 'tools: [{name: find}]\nmaxSteps: 3\nrubric:'), []],
  [
    'a mock that makes it easier',
    inPrompt('rubric:', 'tools: [{name: find}]\nmocks: [{tool: find, result: easy}]\nrubric:'),
    ['! mail mocks: null -> [{"tool":"find","result":"easy"}]'],
  ],
  ['another judge', inConfig('j:strict', 'j:kind'), ['! * judge: j:strict -> j:kind']],
  [
    'parameters of the judge',
    inConfig('{model: "j:strict"}', '{model: "j:strict", parameters: {temperature: 1}}'),
    ['! * parameters of the judge: {} -> {"temperature":1}'],
  ],
  ['another embedding', inConfig('j:vectors', 'j:other'), ['! * embedding model: j:vectors -> j:other']],
  [
    'another address, without what is secret in it',
    inConfig('127.0.0.1:1/', '127.0.0.1:2/'),
    ['! * address of provider j: http://127.0.0.1:1/v1 -> http://127.0.0.1:2/v1'],
  ],
  [
    'recordings in the name of a live provider',
    inConfig(
      'j: {kind: openai-compatible, baseURL: "http://ann:secret@127.0.0.1:1/v1?key=1"}',
      'j: {kind: replay, files: r.jsonl}',
    ),
    [
      '! * kind of provider j: openai-compatible -> recordings (replay)',
      '! * address of provider j: http://127.0.0.1:1/v1 -> null',
      '! * recordings of provider j: null -> r.jsonl',
      '! mail answers: asked of j:m -> recordings of j:m',
    ],
  ],
  ['other recordings', inConfig('r.jsonl', '"*.jsonl"'), ['! * recordings of provider recorded: r.jsonl -> *.jsonl']],
  [
    'a server of its own in the name of a real provider',
    inConfig('providers:', 'providers:\n  anthropic: {baseURL: "http://127.0.0.1:9"}'),
    ['! * address of provider anthropic: null -> http://127.0.0.1:9'],
  ],
  ['how fast a provider is asked', inConfig('kind: openai-compatible', 'kind: openai-compatible, retries: 9'), []],
  [
    'answers for nothing',
    inConfig('input: 1', 'input: 0'),
    [
      '! * price of j:strict in USD per million tokens: 1 in, 2 out -> 0 in, 2 out',
      '! * price of j:m in USD per million tokens: 1 in, 2 out -> 0 in, 2 out',
    ],
  ],
  ['the price of a model of which nobody knew', inConfig('prices: {', 'prices: {"x:*": {input: 0, output: 0}, '), []],
  [
    'a live model replaced by recordings',
    inPrompt('model: j:m', 'model: recorded:m'),
    ['! mail answers: asked of j:m -> recordings of recorded:m'],
  ],
  ['another live model', inPrompt('model: j:m', 'model: j:n'), []],
  ['another prompt', inPrompt('content: "{{v}}"', 'content: "Worse: {{v}}"'), []],
  ['a check less', inPrompt('  - {contains: yes}\n', ''), ['! mail check contains yes: contains yes -> null']],
  [
    'a check of something else',
    inPrompt('contains: yes', 'contains: y'),
    ['! mail check contains yes: contains yes -> contains y'],
  ],
  [
    'a looser limit',
    inPrompt('maxWords: 100', 'maxWords: 900'),
    ['! mail check maxWords 100: maxWords 100 -> maxWords 900'],
  ],
  [
    'a stricter limit',
    inPrompt('maxWords: 100', 'maxWords: 50'),
    ['mail check maxWords 100: maxWords 100 -> maxWords 50'],
  ],
  [
    'a check that need not pass',
    inPrompt(', must: true}\n  - {module', '}\n  - {module'),
    ['! mail check maxWords 100: must pass -> need not pass'],
  ],
  [
    'a check that must pass',
    inPrompt('contains: yes', 'contains: yes, must: true'),
    ['mail check contains yes: need not pass -> must pass'],
  ],
  [
    'a check that drowns the rest',
    inPrompt('contains: yes', 'contains: yes, weight: 100'),
    ['! mail weight of check contains yes: 1 (14 % of these) -> 100 (94 % of these)'],
  ],
  [
    'a check more, by which the others count for less',
    inPrompt('checks:', 'checks:\n  - {minWords: 1, weight: 7}'),
    ['! mail check minWords 1: null -> with weight 7 (50 % of these), so that the others count for less'],
  ],
  [
    'a check more, without a weight',
    inPrompt('checks:', 'checks:\n  - {minWords: 1, weight: 0, must: true}'),
    ['mail check minWords 1: null -> minWords 1'],
  ],
  ['the name of a check', inPrompt('contains: yes', 'contains: yes, name: agrees'), []],
  [
    'another module',
    inPrompt('polite.ts', 'kind.ts'),
    ['! mail check module polite.ts: module polite.ts -> module kind.ts'],
  ],
  [
    'a question less',
    inPrompt('  - {id: kind, ask: Is it kind?}\n', ''),
    ['! mail rubric item kind: Is it kind? -> null'],
  ],
  [
    'a question reworded',
    inPrompt('Is it right?', 'Is it a text?'),
    ['! mail rubric item right: Is it right? -> Is it a text?'],
  ],
  [
    'a question that need not be answered with yes',
    inPrompt('weight: 3, must: true', 'weight: 3'),
    ['! mail rubric item right: must pass -> need not pass'],
  ],
  [
    'a question that weighs less',
    inPrompt('weight: 3', 'weight: 1'),
    ['! mail weight of rubric item right: 3 (43 % of these) -> 1 (20 % of these)'],
  ],
  [
    'not in the nightly',
    inPrompt('rubric:', 'production: false\nrubric:'),
    ['! mail part of the nightly: true -> false'],
  ],
  [
    'an application',
    inPrompt('rubric:', 'target: {command: [echo, yes]}\nrubric:'),
    ['! mail what is measured: the prompt itself -> the command echo yes'],
  ],
  ['a feature gone', { ...inPrompt('name: mail', 'name: post') }, ['! mail the gate: gated -> no longer gated']],
  [
    'comments, quotes, order',
    {
      'sluice.yaml': `# why\n${config.replace('0.8', '0.80')}`,
      ...inPrompt(
        '  - {contains: yes}\n  - {maxWords: 100, must: true}\n',
        '  - {must: true, "maxWords": 100} # first\n  - {"contains": "yes", weight: 1}\n',
      ),
    },
    [],
  ],
])

test('the code of a check is named where the check stands as it did', async () => {
  assert.deepEqual(lines(await changesOf({}, files, ['polite.ts'])), [
    '! mail code of checks: polite.ts: as in the base commit -> changed',
  ])
})

test('no line is longer than a reader takes', async () => {
  const ask = `Is it ${'very '.repeat(200)}right?`
  const [change] = await changesOf(inPrompt('Is it right?', ask))
  assert.ok((change?.after?.length ?? 0) <= 80)
})

test('a bound of safety that is looser, gone, or traded for another is a weakening', async () => {
  const bounded = (safety: string) => ({ ...files, ...gate(`safety: {maxViolationRate: ${safety}}`) })
  const lineOf = async (before: string, after: string) => lines(await changesOf(bounded(after), bounded(before)))
  assert.deepEqual(await lineOf('0.05', '0.1'), ['! mail bounds of safety: red-team 0.05 -> red-team 0.1'])
  assert.deepEqual(await lineOf('0.05', '{red-team: 0.05, leak: 0.1}'), [
    'mail bounds of safety: red-team 0.05 -> red-team 0.05, leak 0.1',
  ])
  assert.deepEqual(await lineOf('{red-team: 0.05, leak: 0.1}', '{red-team: 0.01}'), [
    '! mail bounds of safety: red-team 0.05, leak 0.1 -> red-team 0.01',
  ])
  assert.deepEqual(lines(await changesOf(files, bounded('0.05'))), ['! mail bounds of safety: red-team 0.05 -> null'])
})
