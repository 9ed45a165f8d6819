import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { SluiceError } from '../../../src/errors.ts'
import { type CasesOf, writeReport } from '../../../src/gate/report/json-report.ts'
import { readReport } from '../../../src/gate/report/report-file.ts'
import { replaceFile } from '../../../src/replace-file.ts'
import { incidentCases, incidentFeature, incidentReport } from '../../support/report/incident.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const newFolder = () => temporaryFolder('report')
const written = (file: string, casesOf: CasesOf) =>
  replaceFile(file, (sink) => writeReport(incidentReport(), casesOf, sink))

function fileWith(text: string): string {
  const file = path.join(newFolder(), 'report.json')
  writeFileSync(file, text)
  return file
}

const rejectsWith = (promise: Promise<unknown>, code: string, message: RegExp) =>
  assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof SluiceError, String(error))
    assert.equal(error.code, code)
    assert.match(error.message, message)
    return true
  })

test('what is written can be read, and no draft stays behind', async () => {
  const folder = path.join(newFolder(), 'new', 'folder')
  const file = path.join(folder, 'report.json')
  await written(file, () => incidentCases)
  const report = await readReport(file)
  assert.equal(report.features[0]?.cases.length, incidentCases.length)
  assert.equal(report.features[0]?.comparison?.detectableDrop, 0.058)
  assert.deepEqual(readdirSync(folder), ['report.json'])
})

test('a report that fails half way leaves the old one in place', async () => {
  const file = fileWith('old')
  const broken = () =>
    (function* () {
      yield* incidentCases
      throw new RangeError('broken cases')
    })()
  await assert.rejects(written(file, broken), RangeError)
  assert.equal(readFileSync(file, 'utf8'), 'old')
  assert.deepEqual(readdirSync(path.dirname(file)), ['report.json'])
})

test('a place that cannot be written is named', async () => {
  const file = path.join(fileWith('a file, not a folder'), 'report.json')
  await rejectsWith(
    written(file, () => []),
    'cannot-run',
    /report\.json: the report cannot be written: E/,
  )
})

test('files that are no report say why', async () => {
  await rejectsWith(readReport(path.join(newFolder(), 'none.json')), 'invalid-input', /none\.json: .*ENOENT/)
  await rejectsWith(readReport(fileWith('{"schema": "sluice')), 'invalid-input', /report\.json: this is not JSON/)
  await rejectsWith(readReport(fileWith('[]')), 'invalid-input', /not a Sluice report/)
  await rejectsWith(
    readReport(fileWith('{"schema": "sluice.report/7"}')),
    'invalid-input',
    /sluice\.report\/7; this Sluice reads sluice\.report\/1/,
  )
  const wrong = { ...incidentReport(), features: [{ ...incidentFeature(), cases: [{ id: 'a', score: 1.7 }] }] }
  await rejectsWith(readReport(fileWith(JSON.stringify(wrong))), 'invalid-input', /features\.0\.cases\.0\.score: /)
})

test('the shipped JSON Schema accepts a report with additions', async () => {
  const shipped = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../../../schemas/report.schema.json'), 'utf8'),
  ) as Record<string, unknown>
  const validate = new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(shipped)
  const report = { ...incidentReport(), features: [{ ...incidentFeature(), cases: incidentCases }], later: 'addition' }
  assert.ok(validate(report), JSON.stringify(validate.errors))
  assert.equal(validate({ ...report, verdict: 'maybe' }), false)
  assert.equal(validate({ ...report, features: [{ ...incidentFeature(), cases: [{ id: 'a' }] }] }), false)
})

test('a small file that stands for a large one is refused once it has unpacked too much', async () => {
  const file = path.join(newFolder(), 'report.json')
  const packed = gzipSync(Buffer.alloc(30_000_000, ' '))
  // What stands behind the limit is never looked at: a damaged end goes unnoticed.
  writeFileSync(file, packed.subarray(0, packed.length - 100))
  await rejectsWith(readReport(file, 5_000_000), 'invalid-input', /report\.json: .* it holds more than 5 MB/)
  await rejectsWith(readReport(fileWith(' '.repeat(6_000_000)), 5_000_000), 'invalid-input', /more than 5 MB/)
  await rejectsWith(readReport(file), 'invalid-input', /cannot be read: unexpected end of file/)
})
