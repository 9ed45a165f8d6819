import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { outputHash } from '../../../src/gate/labels/label-files.ts'
import type { LabelledOutput } from '../../../src/records/label.ts'
import { labelLines, labelsOf } from '../../support/labels/label-lines.ts'
import { createProject, type Project } from '../../support/project.ts'
import { recordedProject } from '../../support/recorded-models.ts'

const prompt = 'rubric: [{id: actions, ask: Does it list every action item?}]\n'
const projectWith = (files: Record<string, string>) =>
  createProject({ ...recordedProject({ models: { old: { says: () => 'x' } }, prompt }), ...files })
const imported = (project: Project, ...args: string[]) => project.sluice(['judge', 'import', ...args])

test('labels of a CSV file, whose columns are named otherwise, with what is left out and why', async () => {
  const rows = [
    'id;answer;OK?;who;when',
    'summary-0;"pay; ""now""\nplease";yes;ann;2026-11-01T09:00:00+01:00',
    'summary-1;text;0;bo;',
    'gone;text;yes;bo;',
    'summary-2;text;0.5;bo;',
    'summary-2;;yes;bo;',
  ]
  using project = projectWith({ 'l.csv': rows.join('\r\n') })
  const maps = ['id=case', 'answer=output', 'OK?=verdict', 'who=labeller', 'when=at'].flatMap((map) => ['--map', map])
  const args = ['csv', 'l.csv', 'summary', ...maps, '--item', 'actions', '--blind']
  const { code, stderr } = await imported(project, ...args)
  assert.equal(code, 0, stderr)
  const [first, second, ...more] = labelsOf(project)
  const text = 'pay; "now"\nplease'
  assert.deepEqual(
    [first?.verdict, first?.labeller, first?.at, first?.output],
    ['yes', 'ann', '2026-11-01T08:00:00.000Z', outputHash(text)],
  )
  assert.deepEqual([second?.verdict, second?.probability, second?.sawJudge, second?.kind], ['no', null, false, 'human'])
  assert.equal(more.length, 0)
  assert.deepEqual(
    labelLines<LabelledOutput>(project, 'summary.outputs.jsonl').map((each) => [each.case, each.text]),
    [
      ['summary-0', text],
      ['summary-1', 'text'],
    ],
  )
  assert.match(stderr, /l.csv: line 5: no suite has a case "gone". The label is left out/)
  assert.match(stderr, /line 6: "0.5" is neither yes, no nor unclear/)
  assert.match(stderr, /line 7: the text that was labelled is not there/)
  assert.match(stderr, /2 of 5 labels are imported/)
  const again = await imported(project, ...args)
  assert.match(again.stderr, /0 of 5 labels are imported into labels\/summary.jsonl; 2 were there already/)
  assert.equal(labelsOf(project).length, 2)
})

test('a label whose case has changed since its import is not renewed by importing the same file again', async () => {
  const rows = (at: string) => `case,item,verdict,labeller,output,at\nsummary-0,actions,yes,ann,text,${at}\n`
  using project = projectWith({ 'l.csv': rows('2026-11-01T09:00:00Z'), 'later.csv': rows('2026-11-20T09:00:00Z') })
  await imported(project, 'csv', 'l.csv', 'summary', '--blind')
  const [label] = labelsOf(project)
  assert.match(label?.material ?? '', /^[0-9a-f]{64}$/)
  const suite = path.join(project.root, 'evals/summary.jsonl')
  writeFileSync(suite, readFileSync(suite, 'utf8').replace('"mail 0"', '"another mail"'))
  const again = await imported(project, 'csv', 'l.csv', 'summary', '--blind')
  assert.match(again.stderr, /0 of 1 labels are imported into labels\/summary.jsonl; 1 were there already/)
  await imported(project, 'csv', 'later.csv', 'summary', '--blind')
  const [, renewed, ...more] = labelsOf(project)
  assert.deepEqual([renewed?.material === label?.material, more.length], [false, 0])
})

test('what a CSV file says of its own labels counts: of a model, and by somebody who saw the judge', async () => {
  const rows = [
    'case,item,verdict,labeller,output,kind,sawJudge',
    'summary-0,actions,yes,gpt,text,model,',
    'summary-1,actions,yes,ann,text,human,true',
    'summary-2,actions,yes,ann,text,human,false',
    'summary-2,actions,no,ann,text,,',
  ]
  using project = projectWith({ 'l.csv': rows.join('\n') })
  const { code, stderr } = await imported(project, 'csv', 'l.csv', 'summary', '--blind')
  assert.equal(code, 0, stderr)
  assert.deepEqual(
    labelsOf(project).map(({ kind, sawJudge }) => [kind, sawJudge]),
    [
      ['model', false],
      ['human', true],
      ['human', false],
      ['human', false],
    ],
  )
  assert.match(stderr, /1 of them are not known to be of people/)
  assert.match(stderr, /1 of them are given again further down by the same person/)
})

test('a file without a label, with two columns for one thing, or in another encoding is refused', async () => {
  const head = 'case,item,verdict,labeller,output'
  using project = projectWith({ 'empty.csv': '', 'head.csv': head, 'twice.csv': `case,${head}\na,b,c,yes,d,e` })
  writeFileSync(path.join(project.root, 'latin.csv'), Buffer.from(`${head}\nsummary-0,actions,yes,Zoë,x`, 'latin1'))
  for (const [file, why] of [
    ['empty.csv', /there is no label in it/],
    ['head.csv', /there is no label in it/],
    ['twice.csv', /two columns are the case/],
    ['latin.csv', /not UTF-8/],
  ] as const) {
    const { code, stderr } = await imported(project, 'csv', file, 'summary', '--blind')
    assert.deepEqual([code, why.test(stderr)], [3, true], `${file}: ${stderr}`)
  }
  assert.equal(labelsOf(project).length, 0)
})

test('scores of Langfuse: only annotations are of people, and the texts are in the traces', async () => {
  const score = (traceId: string, changes = {}) => ({
    name: 'actions',
    traceId,
    value: 1,
    source: 'ANNOTATION',
    authorUserId: 'u1',
    timestamp: '2026-11-01T09:00:00Z',
    ...changes,
  })
  const scores = [
    score('t0'),
    score('t1', { value: 0, stringValue: 'False' }),
    score('t1', { source: 'EVAL' }),
    score('t9'),
  ]
  const traces = [
    { id: 't0', output: 'one', metadata: { case: 'summary-0' } },
    { id: 't1', output: { answer: 'two' }, metadata: { case_id: 'summary-1' } },
  ]
  using project = projectWith({
    's.json': JSON.stringify({ data: scores, meta: {} }),
    't.json': JSON.stringify(traces),
  })
  const { stderr } = await imported(project, 'langfuse', 's.json', 'summary', '--outputs', 't.json', '--blind')
  assert.deepEqual(
    labelsOf(project).map((each) => [each.case, each.verdict, each.kind, each.labeller]),
    [
      ['summary-0', 'yes', 'human', 'u1'],
      ['summary-1', 'no', 'human', 'u1'],
      ['summary-1', 'yes', 'model', 'u1'],
    ],
  )
  assert.match(stderr, /s.json: score 4: the text that was labelled is not there; give the outputs with --outputs/)
  assert.match(stderr, /1 of them are not known to be of people, and count for nothing/)
})

test('feedback of LangSmith: only that of its app is of people', async () => {
  const feedback = (run: string, type: string, score: unknown) =>
    JSON.stringify({
      key: 'actions',
      run_id: run,
      score,
      feedback_source: { type, user_name: 'Ann' },
      created_at: '2026-11-01T09:00:00',
    })
  const rows = [feedback('r0', 'app', true), feedback('r0', 'model', 0), feedback('r1', 'api', 1)]
  const runs = ['r0', 'r1'].map((id, index) =>
    JSON.stringify({ id, outputs: { output: `text ${index}` }, extra: { metadata: { case: `summary-${index}` } } }),
  )
  using project = projectWith({ 'f.jsonl': rows.join('\n'), 'r.jsonl': runs.join('\n') })
  await imported(project, 'langsmith', 'f.jsonl', 'summary', '--outputs', 'r.jsonl', '--saw-judge')
  assert.deepEqual(
    labelsOf(project).map((each) => [each.case, each.verdict, each.kind, each.sawJudge]),
    [
      ['summary-0', 'yes', 'human', true],
      ['summary-0', 'no', 'model', true],
      ['summary-1', 'yes', 'model', true],
    ],
  )
})

test('what cannot be imported is said with the way out, and nothing is written', async () => {
  using project = projectWith({
    'l.csv': 'case,verdict,output\nsummary-0,yes,x\n',
    'none.csv': 'case,answer\na,b\n',
    'open.csv': 'case,verdict,output\na,yes,"x\n',
    's.json': '"x"',
  })
  const faults: [string[], RegExp][] = [
    [['csv', 'l.csv', 'summary'], /--blind if they did not, --saw-judge if they did/],
    [['csv', 'l.csv', 'summary', '--blind', '--saw-judge'], /say whether the labellers knew/],
    [['csv', 'l.csv', 'summary', '--blind'], /line 2: it names no rubric item; give it with --item/],
    [
      ['csv', 'l.csv', 'summary', '--blind', '--item', 'actions'],
      /names nobody who labelled; give the name with --labeller/,
    ],
    [
      ['csv', 'none.csv', 'summary', '--blind'],
      /no column is the verdict; name it with --map <column>=verdict \(columns: case, answer\)/,
    ],
    [['csv', 'open.csv', 'summary', '--blind'], /line 2: the quote that begins the field is never closed/],
    [['csv', 'l.csv', 'summary', '--blind', '--map', 'x=cas'], /unknown field; did you mean "case"/],
    [['csv', 'l.csv', 'summary', '--blind', '--map', 'a=case', '--map', 'b='], /^--map b=: write column=field$/m],
    [['langfuse', 's.json', 'summary', '--blind', '--map', 'a=case'], /--map: files of langfuse have no columns/],
    [['csv', 'missing.csv', 'summary', '--blind'], /missing.csv: cannot be read/],
    [['langfuse', 's.json', 'summary', '--blind'], /neither a JSON list of records nor JSON Lines/],
    [['excel', 's.json', 'summary', '--blind'], /expected one of csv, langfuse, langsmith/],
  ]
  for (const [args, message] of faults) {
    const { code, stderr } = await imported(project, ...args)
    assert.match(stderr, message)
    assert.equal(code, 3, args.join(' '))
  }
  assert.ok(!existsSync(path.join(project.root, 'labels')))
})
