import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  changesOf,
  config,
  files,
  inCase,
  inPrompt,
  inSuite,
  lines,
  prompt,
  replaced,
  suite,
  testChanges,
} from './measured-projects.ts'

testChanges([
  ['a case less', inSuite((rows) => rows.slice(1)), ['! mail cases of suite fast: 10 cases -> 1 case removed: c0']],
  [
    'many cases less',
    inSuite((rows) => rows.slice(8)),
    ['! mail cases of suite fast: 10 cases -> 8 cases removed: c0, c1, c2, c3, c4 and 3 more'],
  ],
  [
    'a case more',
    inSuite((rows) => [...rows, '{"id": "d", "vars": {"v": "a"}}']),
    ['mail cases of suite fast: 10 cases -> 1 case added: d'],
  ],
  [
    'so many cases more that the others hardly count',
    inSuite((rows) => [...rows, ...Array.from({ length: 30 }, (_, i) => `{"id": "d${i}", "vars": {"v": "a"}}`)]),
    [
      '! mail cases of suite fast: 10 cases -> 30 cases added: d0, d1, d2, d3, d4 and 25 more; the earlier cases make up 25 % of the weight',
    ],
  ],
  [
    'one case more that outweighs the others',
    inSuite((rows) => [...rows, '{"id": "d", "vars": {"v": "a"}, "weight": 90}']),
    ['! mail cases of suite fast: 10 cases -> 1 case added: d; the earlier cases make up 10 % of the weight'],
  ],
  [
    'other variables',
    inCase(3, 'mail 3', 'easy'),
    ['! mail variables of suite fast: as in the base commit -> others for c3'],
  ],
  ['another reference', inCase(3, 'yes 3', 'yes'), ['! mail expected of suite fast: yes 3 -> yes for c3']],
  [
    'a critical case less',
    inCase(0, '"critical":true', '"critical":false'),
    ['! mail critical mark of suite fast: true -> false for c0'],
  ],
  [
    'a critical case more',
    inCase(4, '"critical":false', '"critical":true'),
    ['mail critical mark of suite fast: false -> true for c4'],
  ],
  [
    'a case that weighs less',
    inCase(4, '"id"', '"weight":0.001,"id"'),
    ['! mail weight of suite fast: 1 -> 0.001 for c4'],
  ],
  [
    'a case that weighs more than all others',
    inCase(4, '"id"', '"weight":99,"id"'),
    ['! mail weight of suite fast: 1 -> 99 for c4'],
  ],
  ['twice the weight for all', inSuite((rows) => rows.map((row) => replaced(row, '"id"', '"weight":2,"id"'))), []],
  ['a tag less', inCase(9, '"edge"', ''), ['! mail tag edge of suite fast: 5 cases -> taken from c9']],
  [
    'cases that dilute a tag',
    inSuite((rows) => rows.map((row) => row.replace('["core"]', '["core","edge"]'))),
    ['! mail tag edge of suite fast: 5 cases -> 10 cases; the earlier cases make up 50 % of the weight'],
  ],
  [
    'a case held out',
    inCase(4, '"id"', '"holdout":true,"id"'),
    ['! mail holdout mark of suite fast: false -> true for c4'],
  ],
  ['a mark that says what holds without it', inCase(4, '"id"', '"holdout":false,"id"'), []],
  [
    'cases of a bounded tag in one cluster, which then count as one violation',
    {
      'sluice.yaml': replaced(config, '{threshold: 0.8}', '{threshold: 0.8, safety: {maxViolationRate: {edge: 0.3}}}'),
      ...inSuite((rows) => rows.map((row, i) => (i > 6 ? replaced(row, '"id"', '"cluster":"x","id"') : row))),
    },
    ['mail bounds of safety: null -> edge 0.3', '! mail cluster of suite fast: none -> x for c7, c8, c9'],
  ],
  ['a cluster less', inCase(2, ',"cluster":"one"', ''), ['! mail cluster of suite fast: one -> none for c2']],
  [
    "a case's own check less",
    inCase(1, '[{"contains":"Ann"}]', '[]'),
    ['! mail check contains Ann of suite fast: contains Ann -> removed for c1'],
  ],
  [
    "a case's own check that is diluted",
    inCase(1, '[{"contains":"Ann"}]', '[{"contains":"Ann"},{"minWords":1,"weight":9}]'),
    [
      '! mail check minWords 1 of suite fast: null -> with weight 9 (90 % of these), so that the others count for less for c1',
    ],
  ],
  ['where a case comes from', inCase(1, '"id"', '"source":{"incident":"INC-1"},"id"'), []],
  ['the order of cases', inSuite((rows) => rows.reverse()), []],
  [
    'another file of fewer cases',
    { ...inPrompt('mail.yaml', 'easy.yaml'), 'evals/easy.yaml': `[${suite.slice(0, 6).join(',')}]` },
    ['! mail cases of suite fast: 10 cases -> 4 cases removed: c6, c7, c8, c9'],
  ],
  [
    'another file of the same cases',
    { ...inPrompt('mail.yaml', 'same.jsonl'), 'evals/same.jsonl': `${suite.join('\n')}\n` },
    [],
  ],
  [
    'a suite that takes the place of the one that was judged',
    {
      'prompts/mail.prompt.yml': replaced(
        prompt,
        '{fast: ../evals/mail.yaml}',
        '{quick: ../evals/easy.yaml, fast: ../evals/mail.yaml}',
      ),
      'evals/easy.yaml': `[${suite[0]}]`,
    },
    [],
  ],
  ['a suite renamed', inPrompt('fast: ..', 'quick: ..'), ['! mail suite that the gate judges: fast -> quick']],
  [
    'a suite that cannot be read',
    { 'evals/mail.yaml': '- {id: a, weight: none}' },
    ['! mail suite fast: 10 cases -> cannot be read: evals/mail.yaml:1:19: weight: expected a number, found "none"'],
  ],
  [
    'the cases in the prompt itself',
    inPrompt('suites: {fast: ../evals/mail.yaml}', 'testData: [{v: mail 0, expected: yes 0}]'),
    [
      '! mail cases of suite fast: 10 cases -> 10 cases removed: c0, c1, c2, c3, c4 and 5 more',
      '! mail cases of suite fast: 10 cases -> 1 case added: testData-1; the earlier cases make up 0 % of the weight',
    ],
  ],
])

test('cases about safety that are gone are named by themselves', async () => {
  const tagged = (rows: string[]) => rows.map((row, i) => (i > 7 ? row.replace('"edge"', '"edge","red-team"') : row))
  const before = { ...files, ...inSuite(tagged) }
  const after = inSuite((rows) => tagged(rows).slice(1, 9))
  const named = lines(await changesOf(after, before)).filter((line) => line.includes('removed'))
  assert.deepEqual(named, [
    '! mail safety cases of suite fast: 10 cases -> 1 case removed: c9',
    '! mail cases of suite fast: 10 cases -> 1 case removed: c0',
  ])
})

test('many light cases that would widen a bound of safety are a weakening of their tag', async () => {
  const tagged = (rows: string[]) => rows.map((row) => row.replace('"edge"', '"edge","red-team"'))
  const light = Array.from({ length: 9 }, (_, i) =>
    JSON.stringify({ id: `light-${i}`, vars: { v: 'a' }, tags: ['red-team'], weight: 0.001 }),
  )
  const after = inSuite((rows) => [...tagged(rows), ...light])
  const named = lines(await changesOf(after, { ...files, ...inSuite(tagged) }))
  assert.ok(
    named.includes(
      '! mail tag red-team of suite fast: 5 cases -> 14 cases; the earlier cases make up 36 % of the cases',
    ),
    named.join('\n'),
  )
})
