import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDiagnostic, InvalidFilesError } from '../../../src/core/suite/diagnostics/diagnostic.ts'
import { outputHash } from '../../../src/gate/labels/label-files.ts'
import { readLabels } from '../../../src/gate/labels/read-labels.ts'
import { casesWithRubric, itemsOfCases } from '../../../src/gate/labels/rubric-items.ts'
import type { Label } from '../../../src/records/label.ts'
import { jsonLines, judged, label, output } from '../../support/labels/labels.ts'
import { good, load, memoryFiles, root } from '../../support/memory-files.ts'

/** The hash of what is asked today. */
const now = outputHash('now')
const itemsOf = (id: string) =>
  ['a', 'b'].includes(id)
    ? new Map([
        ['actions', now],
        ['tone', now],
      ])
    : undefined

function read(labels: readonly Label[] | string, files: Record<string, string> = {}) {
  const text = typeof labels === 'string' ? labels : jsonLines(labels)
  const outputs = { 'labels/f.outputs.jsonl': jsonLines([output()]) }
  return readLabels(memoryFiles({ 'labels/f.jsonl': text, ...outputs, ...files }, 1 << 16), 'f', itemsOf)
}

const faults = async (reading: Promise<unknown>) => {
  const error = await reading.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  assert.ok(error instanceof InvalidFilesError, String(error))
  return error.diagnostics.map(formatDiagnostic)
}

test('a feature without files has no labels', async () => {
  const nothing = await readLabels(memoryFiles({}), 'f', itemsOf)
  assert.deepEqual([nothing.labels, nothing.judged, nothing.diagnostics, nothing.outputs.size], [[], [], [], 0])
})

test('the last line of a labeller counts, and one without a verdict takes the label back', async () => {
  const { labels } = await read([
    label(),
    label({ item: 'tone' }),
    label({ verdict: 'no' }),
    label({ item: 'tone', verdict: null }),
  ])
  assert.deepEqual(labels, [label({ verdict: 'no' })])
})

test('two labellers who contradict each other are both kept', async () => {
  const both = [label(), label({ labeller: 'bo', verdict: 'no' })]
  assert.deepEqual((await read(both)).labels, both)
})

test('labels of models and of people who saw the judge are set apart and counted', async () => {
  const { labels, flagged, leftOut } = await read([
    label(),
    label({ kind: 'model', verdict: 'no' }),
    label({ labeller: 'bo', sawJudge: true }),
  ])
  assert.deepEqual(labels, [label()], 'and a line of a model never replaces that of a person')
  assert.deepEqual(
    flagged.map(({ labeller }) => labeller),
    ['ann', 'bo'],
  )
  assert.deepEqual(leftOut, { unknownCase: 0, unknownItem: 0, noText: 0, otherMaterial: 0, ofModel: 1, sawJudge: 1 })
})

test('what belongs to no known case, item or text is left out, counted and named', async () => {
  const { labels, leftOut, diagnostics } = await read([
    label(),
    label({ case: 'gone' }),
    label({ item: 'gone' }),
    label({ output: outputHash('another text') }),
    label({ case: 'b' }),
  ])
  assert.deepEqual(labels, [label()])
  assert.deepEqual(leftOut, { unknownCase: 1, unknownItem: 1, noText: 2, otherMaterial: 0, ofModel: 0, sawJudge: 0 })
  const text =
    'labels/f.outputs.jsonl has no text of this case with this hash; restore its line from git, or delete this one. The label is left out'
  assert.deepEqual(diagnostics.map(formatDiagnostic), [
    'labels/f.jsonl:2:9: case: no suite has a case "gone"; give the case its old id again, or delete the line. The label is left out',
    'labels/f.jsonl:3:20: item: the case has no rubric item "gone" (known: actions, tone); give the item its old id again, or delete the line. The label is left out',
    `labels/f.jsonl:4:87: output: ${text}`,
    `labels/f.jsonl:5:87: output: ${text}`,
  ])
  assert.ok(diagnostics.every(({ severity }) => severity === 'warning'))
})

test('a label, or a verdict of the judge, of a case or question that has changed is left out, counted and named', async () => {
  const old = outputHash('the old reference')
  const lines = jsonLines([judged({ material: now }), judged({ material: old }), judged()])
  const found = await read(
    [label({ material: now }), label({ item: 'tone' }), label({ labeller: 'bo', material: old })],
    { 'labels/f.judged.jsonl': lines },
  )
  assert.deepEqual(
    found.labels.map(({ labeller, item }) => [labeller, item]),
    [
      ['ann', 'actions'],
      ['ann', 'tone'],
    ],
    'a line without a hash, as earlier versions wrote it, counts',
  )
  assert.deepEqual([found.leftOut.otherMaterial, found.outdated.length], [1, 1])
  assert.deepEqual([found.judged.length, found.judgedLeftOut], [2, 1])
  assert.match(
    found.diagnostics.map(formatDiagnostic)[0] ?? '',
    /^labels\/f.jsonl:3:\d+: material: variables or reference of the case, or the question, have changed since. The label/,
  )
})

test('a text that was changed after it was labelled is none', async () => {
  const changed = { ...output(), text: 'fine, and more' }
  const { labels, leftOut, diagnostics } = await read([label()], { 'labels/f.outputs.jsonl': jsonLines([changed]) })
  assert.deepEqual([labels, leftOut.noText], [[], 1])
  assert.match(
    diagnostics.map(formatDiagnostic)[0] ?? '',
    /^labels\/f.outputs.jsonl:1:\d+: text: the text is not the one/,
  )
})

test('verdicts of a judge on what nobody has are left out and counted', async () => {
  const lines = jsonLines([judged(), judged({ case: 'gone' }), judged({ output: outputHash('other') })])
  const read1 = await read([label()], { 'labels/f.judged.jsonl': lines })
  assert.deepEqual(read1.judged, [judged()])
  assert.equal(read1.judgedLeftOut, 2)
  assert.match(
    read1.diagnostics.map(formatDiagnostic)[0] ?? '',
    /f.judged.jsonl:2:\d+: case: .* The verdict is left out$/,
  )
})

test('a damaged line is an error with its place, and not a label less', async () => {
  const cut = jsonLines([label(), label({ item: 'tone' })]).slice(0, -40)
  assert.match((await faults(read(cut))).join('\n'), /^labels\/f.jsonl:2:\d+: .*not JSON/)
  const odd = jsonLines([{ ...label(), verdict: 'maybe' }, { ...label(), verdikt: 'no' }, label({ probability: 0 })])
  const places = (await faults(read(odd))).map((fault) => /jsonl:(\d+):\d+: (\w+)/.exec(fault)?.slice(1).join(' '))
  assert.deepEqual(places, ['1 verdict', '2 verdikt', '3 probability'])
})

test('a link that leads out of the project is refused, and nothing of what stands behind it is shown', async () => {
  const leadsOut = async (path: string) => path.endsWith('f.jsonl')
  const linked = { ...memoryFiles({ 'labels/f.jsonl': 'machine secret\n' }, 1 << 16), leadsOut }
  assert.deepEqual(await faults(readLabels(linked, 'f', itemsOf)), [
    'labels/f.jsonl:1:1: the link leads out of the project; put the file in its place',
  ])
})

test('the lines of two people that git has merged are all read', async () => {
  const base = jsonLines([label()])
  const ann = jsonLines([label({ item: 'tone' })])
  const bo = jsonLines([label({ labeller: 'bo', verdict: 'no' })])
  assert.equal((await read(base + ann + bo)).labels.length, 3)
  assert.equal((await read(base + bo + ann)).labels.length, 3)
})

test('conflict markers of git are named with the way out', async () => {
  const [ann, bo] = [jsonLines([label()]), jsonLines([label({ labeller: 'bo' })])]
  const conflict = `<<<<<<< HEAD\n${ann}||||||| base\r\n=======\n${bo}>>>>>>> other\n`
  const found = await faults(read(conflict))
  assert.deepEqual(
    found.map((fault) => fault.slice(0, 44)),
    [1, 3, 4, 6].map((line) => `labels/f.jsonl:${line}:1: a conflict marker of git.`.slice(0, 44)),
  )
  assert.match(found[0] ?? '', /keep all other lines.*merge=union/)
})

test('the items of a case are those of the prompt and its own, over all suites', async () => {
  const more =
    '{"id":"c","vars":{"email":"x"},"rubric":[{"id":"own","ask":"Is it so?"}]}\n{"id":"d","vars":{"email":"x"},"expect":"refusal"}\n'
  const files = good({
    'prompts/summary.prompt.yml': String(good()['prompts/summary.prompt.yml']).replace(
      '{fast: ../evals/summary.jsonl}',
      '{fast: ../evals/summary.jsonl, full: ../evals/full.jsonl}',
    ),
    'evals/full.jsonl': more,
  })
  const { prompts } = await load(files)
  const [prompt] = prompts
  assert.ok(prompt)
  const known = itemsOfCases(await casesWithRubric(memoryFiles(files), prompt, root), root)
  const items = ['a', 'c', 'd', 'gone'].map((id) => known(id) && [...(known(id)?.keys() ?? [])])
  assert.deepEqual(items, [['actions'], ['actions', 'own'], [], undefined])
})

test('10,000 labels are read', async () => {
  const verdicts = ['yes', 'no', 'unclear'] as const
  const text = Array.from({ length: 10_000 }, (_, n) =>
    JSON.stringify(label({ labeller: `p${n % 5000}`, verdict: verdicts[n % 3] ?? 'yes' })),
  ).join('\n')
  const { labels } = await read(text)
  assert.equal(labels.length, 5000)
})
