import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateText, isDateFormat } from '../../../src/gate/import/table/cell-date.ts'
import { importText } from '../../../src/gate/import/table/table.ts'
import { readSheet } from '../../../src/gate/import/table/xlsx.ts'
import { zipOf } from '../../support/zip.ts'
import { runImport } from './import-run.ts'
import { sourceOf } from './source-of.ts'

test('--map says what columns are, and every other is a variable', async () => {
  const csv = 'question,answer,label,notes,lang\nWho?,Ann,A|B,n,en\n'
  const flags = ['question=input', 'answer=expected', 'label=containsAny', 'notes=source'].flatMap((pair) => [
    '--map',
    pair,
  ])
  const { written, fidelity } = await runImport('csv', { 'q.csv': csv }, { flags })
  const [item] = written('evals/q.yaml')
  assert.deepEqual(
    [item.vars, item.expected, item.checks, item.source],
    [{ lang: 'en', input: 'Who?' }, 'Ann', [{ containsAny: ['A', 'B'] }], { notes: 'n' }],
  )
  assert.ok(fidelity.includes('same label: a check: containsAny'))
})

test('a column that looks like the answer is said to be seen by the model', async () => {
  const { fidelity } = await runImport('csv', { 'q.tsv': 'question\tanswer\nWho?\tAnn\n' })
  assert.ok(
    fidelity.some((line) => line.startsWith('approximated column answer: a variable, so that the model sees it')),
  )
})

test('a column that is not there, and a field that is none, are refused with what there is', async () => {
  const files = { 'q.csv': 'question,answer\nWho?,Ann\n' }
  const wrong = await runImport('csv', files, { flags: ['--map', 'questoin=input'] })
  assert.match(wrong.stderr, /there is no column "questoin"; did you mean "question"\?; there are question, answer/)
  const field = await runImport('langfuse', files, { flags: ['--map', 'question=inptu'] })
  assert.match(field.stderr, /Langfuse has no field "inptu"; did you mean "input"\?/)
})

test('two columns cannot both be the reference: the second is named as dropped', async () => {
  const { fidelity } = await runImport(
    'csv',
    { 'q.csv': 'q,a,b\n1,2,3\n' },
    { flags: ['--map', 'a=expected', '--map', 'b=expected'] },
  )
  assert.ok(fidelity.includes('dropped b: another field is the expected already'))
})

test('10,000 rows of CSV are imported', async () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => `q${index},a${index}`)
  const source = { ...sourceOf({ 'many.csv': ['q,a', ...rows].join('\n') }), columns: new Map([['a', 'contains']]) }
  const { features } = await importText(source)
  assert.equal(features[0]?.cases.length, 10_000)
  assert.deepEqual(features[0]?.cases.at(-1)?.checks, [{ contains: 'a9999' }])
})

const workbook = (rows: string) => ({
  'xl/workbook.xml':
    '<workbook xmlns:r="r"><sheets><sheet name="Cases" r:id="rId1"/><sheet name="Old" r:id="rId2"/></sheets></workbook>',
  'xl/_rels/workbook.xml.rels':
    '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
  'xl/sharedStrings.xml':
    '<sst><si><t>question</t></si><si><r><t>Who </t></r><r><t>is &lt;Ann&gt;?</t></r><rPh><t>x</t></rPh></si></sst>',
  'xl/styles.xml':
    '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>',
  'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${rows}</sheetData></worksheet>`,
})
const rows = `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>day</t></is></c><c r="D1" t="str"><v>ok</v></c></row>
<row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" s="1"><v>45992</v></c><c r="C3"><v>0.1</v></c><c r="D3" t="b"><v>1</v></c><c r="E3" t="e"><v>#N/A</v></c></row>`

test('XLSX: texts, dates, numbers and gaps of the first sheet', async () => {
  const { written, fidelity, stderr } = await runImport(
    'xlsx',
    { 'cases.xlsx': zipOf(workbook(rows)) },
    { flags: ['--map', 'question=input', '--map', 'ok=equals'] },
  )
  const [item] = written('evals/cases.yaml') ?? assert.fail(stderr)
  assert.deepEqual(item.vars, { day: '2025-12-01', input: 'Who is <Ann>?', 'column 3': '0.1' })
  assert.deepEqual(item.checks, [{ equals: 'true' }])
  assert.ok(fidelity.some((line) => line.startsWith('dropped sheet Old: only the first sheet')))
  assert.ok(fidelity.some((line) => line.startsWith('dropped 1 cells with an error')))
})

test('XLSX: days before 1 March 1900, the other epoch and times', () => {
  assert.deepEqual(
    [dateText(1, false), dateText(61, false), dateText(0, true), dateText(0.5, false), dateText(45992.25, false)],
    ['1900-01-01', '1900-03-01', '00:00:00', '12:00:00', '2025-12-01T06:00:00'],
  )
  assert.deepEqual(
    [
      isDateFormat(14, undefined),
      isDateFormat(0, undefined),
      isDateFormat(170, '[Red]0.0 "days"'),
      isDateFormat(170, '[h]:mm'),
    ],
    [true, false, false, true],
  )
})

test('XLSX: a ZIP bomb is refused, whatever its directory says of its size', () => {
  const megabyte = 1024 * 1024
  const bomb = { ...workbook(rows), 'xl/worksheets/sheet1.xml': new Uint8Array(3 * megabyte) }
  assert.throws(
    () => readSheet(zipOf(bomb, { sizes: { 'xl/worksheets/sheet1.xml': 10 } }), 'bomb.xlsx', 2 * megabyte),
    /bomb\.xlsx cannot be read .*: it unpacks to more than 2 MB/,
  )
})

test('XLSX: what is damaged, cut off or declares entities is refused', () => {
  const whole = zipOf(workbook(rows))
  const entities = { ...workbook(rows), 'xl/sharedStrings.xml': '<!DOCTYPE x [<!ENTITY a "b">]><sst/>' }
  for (const [bytes, message] of [
    [whole.subarray(0, whole.length - 40), /no ZIP archive, or it is cut off/],
    [new Uint8Array(0), /no ZIP archive/],
    [zipOf({ 'a.txt': 'a' }), /it has no xl\/workbook\.xml/],
    [zipOf(entities), /declares a document type/],
    [zipOf(workbook('<row><c></row>')), /damaged XML/],
    [zipOf(workbook('<row r="99999999"/>')), /impossible number/],
  ] as const)
    assert.throws(() => readSheet(bytes, 'a.xlsx'), message)
})
