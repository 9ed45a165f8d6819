import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CaseReport } from '../../records/report/case-report.ts'
import type { FeatureSummary } from '../../records/report/feature-report.ts'
import type { ReportSummary } from '../../records/report/report.ts'

/** The cases of one feature, read anew for each call, in the order of the suite. */
export type CasesOf = (feature: FeatureSummary, index: number) => Iterable<CaseReport> | AsyncIterable<CaseReport>

const chunkLength = 64 * 1024

/**
 * Writes report.json, one case a line, as fast as the sink takes it and from constant memory. The sink stays open.
 * Rejects with the sink's own error.
 */
export async function writeReport(report: ReportSummary, casesOf: CasesOf, sink: Writable): Promise<void> {
  await pipeline(Readable.from(inChunks(reportText(report, casesOf))), sink, { end: false })
}

async function* reportText({ features, ...head }: ReportSummary, casesOf: CasesOf): AsyncGenerator<string> {
  yield `{\n${properties(head, '  ')}  "features": [`
  for (const [index, feature] of features.entries()) {
    yield `${index === 0 ? '' : ','}\n    {\n${properties(feature, '      ')}      "cases": [`
    let separator = ''
    for await (const row of casesOf(feature, index)) {
      yield `${separator}\n        ${JSON.stringify(row)}`
      separator = ','
    }
    yield separator === '' ? ']\n    }' : '\n      ]\n    }'
  }
  yield features.length === 0 ? ']\n}\n' : '\n  ]\n}\n'
}

/** Every property of a summary but `cases`, which a full report brings along and which is written last. */
function properties(object: object, indent: string): string {
  return Object.entries(object)
    .filter(([key, value]) => key !== 'cases' && value !== undefined)
    .map(([key, value]) => `${indent}${JSON.stringify(key)}: ${readableJson(value, indent)},\n`)
    .join('')
}

/** Joins texts to pieces that are worth a write each. */
export async function* inChunks(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = ''
  for await (const text of texts) {
    chunk += text
    if (chunk.length < chunkLength) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}

/** JSON that people can read and diff: what fits into `width` stays on its line, the rest is opened one level. */
function readableJson(value: unknown, indent = '', width = 120): string {
  const line = oneLine(value)
  if (value === null || typeof value !== 'object' || indent.length + line.length <= width) return line
  const deeper = `${indent}  `
  const lines = Array.isArray(value)
    ? value.map((item) => readableJson(item, deeper, width))
    : entriesOf(value).map(([key, item]) => `${JSON.stringify(key)}: ${readableJson(item, deeper, width)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${lines.map((text) => deeper + text).join(',\n')}\n${indent}${close}`
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  return `{${entriesOf(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`)
    .join(', ')}}`
}

const entriesOf = (value: object) => Object.entries(value).filter(([, item]) => item !== undefined)
