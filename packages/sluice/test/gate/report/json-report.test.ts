import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { type CasesOf, writeReport } from '../../../src/gate/report/json-report.ts'
import { type ReportSummary, reportSchema } from '../../../src/records/report/report.ts'
import { everythingHostile, hostileCase, hostileReport } from '../../support/report/hostile.ts'
import {
  caseReport,
  incidentCases,
  incidentFeature,
  incidentReport,
  passedFeature,
} from '../../support/report/incident.ts'

async function written(report: ReportSummary, casesOf: CasesOf): Promise<string> {
  let text = ''
  const sink = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  await writeReport(report, casesOf, sink)
  assert.equal(sink.writableEnded, false, 'the sink stays open')
  return text
}

test('a report is valid JSON of the schema, with its cases', async () => {
  const report = incidentReport({ features: [incidentFeature(), passedFeature({ feature: 'refund-reply' })] })
  const text = await written(report, ({ feature }) => (feature === 'email-summary' ? incidentCases : [caseReport()]))
  const parsed = reportSchema.parse(JSON.parse(text))
  assert.deepEqual(
    parsed.features.map(({ feature, cases }) => [feature, cases.length]),
    [
      ['email-summary', 40],
      ['refund-reply', 1],
    ],
  )
  assert.deepEqual(parsed.features[0]?.cases, incidentCases)
  assert.deepEqual({ ...parsed, features: [] }, { ...report, features: [] })
})

test('one case is one line, and short objects stay on theirs', async () => {
  const lines = (await written(incidentReport(), () => incidentCases)).split('\n')
  const caseLines = lines.filter((line) => /^ {8}\{"id":/.test(line))
  assert.equal(caseLines.length, incidentCases.length)
  assert.deepEqual(JSON.parse(caseLines[1]?.replace(/,$/, '') ?? ''), incidentCases[1])
  assert.ok(lines.includes('      "cache": {"hits": 78, "misses": 239},'))
})

test('hostile text survives as it is', async () => {
  const report = hostileReport(incidentReport(), everythingHostile.toWellFormed())
  const cases = incidentCases.map((row) => hostileCase(row, everythingHostile.toWellFormed()))
  const parsed = reportSchema.parse(JSON.parse(await written(report, () => cases)))
  assert.equal(parsed.features[0]?.cases[0]?.output, everythingHostile.toWellFormed())
  assert.equal(parsed.features[0]?.reasons[0]?.message, everythingHostile.toWellFormed())
})

test('no features, and a feature without cases, are valid too', async () => {
  const none = incidentReport({ features: [], notes: ['No feature is affected.'] })
  assert.deepEqual(JSON.parse(await written(none, () => [])).features, [])
  const empty = JSON.parse(await written(incidentReport(), () => []))
  assert.deepEqual(reportSchema.parse(empty).features[0]?.cases, [])
})

test('a full report that was read back writes its cases once', async () => {
  const full = JSON.parse(await written(incidentReport(), () => incidentCases))
  const again = await written(full, () => incidentCases.slice(0, 1))
  assert.equal(again.match(/"cases": \[/g)?.length, 1)
  assert.equal(JSON.parse(again).features[0].cases.length, 1)
})

test('cases are read as fast as the sink takes them, so that memory stays flat', { timeout: 60_000 }, async () => {
  const output = 'x'.repeat(2_000)
  const count = 20_000
  let read = 0
  let farthest = 0
  let takenCharacters = 0
  async function* cases() {
    for (; read < count; read += 1) {
      farthest = Math.max(farthest, read * output.length - takenCharacters)
      yield caseReport({ id: `case-${read}`, output })
    }
  }
  let writes = 0
  const sink = new Writable({
    highWaterMark: 16 * 1024,
    decodeStrings: false,
    write(chunk, _encoding, done) {
      takenCharacters += chunk.length
      writes += 1
      setImmediate(done)
    },
  })
  await writeReport(incidentReport(), cases, sink)
  assert.equal(read, count)
  assert.ok(takenCharacters > count * output.length)
  assert.ok(farthest < 2_000_000, `${farthest} characters were read ahead of the sink`)
  assert.ok(writes < count / 10, `${writes} writes for ${count} cases`)
})

test('an error of the sink or of the cases is passed on', async () => {
  const full = new Writable({ write: (_chunk, _encoding, done) => done(new Error('ENOSPC: no space left')) })
  await assert.rejects(
    writeReport(incidentReport(), () => incidentCases, full),
    /ENOSPC/,
  )
  const broken = () =>
    (function* () {
      yield caseReport()
      throw new Error('the store is gone')
    })()
  await assert.rejects(written(incidentReport(), broken), /the store is gone/)
})
