import type { Writable } from 'node:stream'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CaseReport } from '../../../records/report/case-report.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import type { ReportSummary } from '../../../records/report/report.ts'
import { jsonForScript } from '../../../text/markup.ts'
import { excerpt } from '../../../text/untrusted.ts'
import type { CasesOf } from '../json-report.ts'
import { standsAlone } from '../run-verdict.ts'
import { traceSections } from '../trace/trace-sections.ts'
import { compareUrgency } from '../verdict-order.ts'
import { type CaseRow, caseRowOf, type PageCase } from './case-row-data.ts'
import { type FeatureNumbers, featureNumbers } from './feature-numbers.ts'
import { featureSection } from './feature-section.ts'
import { pageFoot, pageHead, runLead } from './page.ts'
import { pageAssets } from './page-assets.ts'

export interface HtmlLimits {
  /** How many cases of a feature the page holds at the most. Where there are more, the most urgent ones stay. */
  mostCases?: number
  /** How many characters of outputs, inputs and findings the page holds. Later cases are listed without theirs. */
  mostText?: number
}

/** Cases whose details are parsed together when one of them is opened. */
const chunkSize = 50
const textLength = 50_000

/**
 * Writes report.html: one file that loads nothing, with the cases as data that the page reads when they are opened. It
 * is written as fast as the sink takes it, and holds a few numbers per case in memory. The sink stays open.
 */
export async function writeHtml(
  report: ReportSummary,
  casesOf: CasesOf,
  sink: Writable,
  limits: HtmlLimits = {},
): Promise<void> {
  await pipeline(Readable.from(pageText(report, casesOf, limits)), sink, { end: false })
}

async function* pageText(
  report: ReportSummary,
  casesOf: CasesOf,
  { mostCases = 20_000, mostText = 64_000_000 }: HtmlLimits,
): AsyncGenerator<string> {
  const assets = await pageAssets()
  const { features } = report
  const alone = standsAlone(report)
  yield pageHead(report, assets).markup
  const order = features.map((feature, index) => ({ feature, index }))
  order.sort((a, b) => compareUrgency(a.feature, b.feature))
  const all: { index: number; numbers: FeatureNumbers }[] = []
  for (const { feature, index } of order) {
    const numbers = await featureNumbers(feature, index, casesOf, mostCases)
    all.push({ index, numbers })
    yield featureSection(feature, numbers, { index, oneOfSeveral: !alone, lead: alone ? runLead(report) : undefined })
      .markup
  }
  yield pageFoot(report).markup
  const room = { left: mostText }
  for (const { index, numbers } of all) {
    const feature = features[index]
    if (feature) yield* featureData(casesOf(feature, index), feature, { index, numbers, room })
  }
  yield `<script>${assets.script}</script>\n</body>\n</html>\n`
}

async function* featureData(
  cases: ReturnType<CasesOf>,
  { scorers = [] }: FeatureSummary,
  { index, numbers, room }: { index: number; numbers: FeatureNumbers; room: { left: number } },
): AsyncGenerator<string> {
  const { shown, cases: total } = numbers
  const questions = scorers.flatMap(({ name, ask }) => (ask === null ? [] : [[name, ask] as const]))
  const rows: CaseRow[] = []
  let chunk: string[] = []
  let position = -1
  const data = (kind: string, text: string) =>
    `<script type="application/json" data-${kind}="${index}">${text}</script>\n`
  for await (const report of cases) {
    position += 1
    if (shown && !shown.has(position)) continue
    rows.push(caseRowOf(report))
    const text = jsonForScript(shortened(report))
    const fits = text.length <= room.left
    if (fits) room.left -= text.length
    chunk.push(fits ? text : 'null')
    if (chunk.length < chunkSize) continue
    yield data('details', `[${chunk.join(',')}]`)
    chunk = []
  }
  if (chunk.length > 0) yield data('details', `[${chunk.join(',')}]`)
  yield data('rows', jsonForScript({ chunkSize, total, questions, rows }))
}

/** An output of a megabyte is of no use to a reader, and makes the page slow. */
function shortened({ trace, baselineTrace, ...report }: CaseReport): PageCase {
  const short = (text: string) => excerpt(text, textLength)
  const { input, expected, output, baselineOutput, answers } = report
  return {
    ...report,
    done: traceSections({ trace, baselineTrace, output, baselineOutput }, { lines: 60, characters: 400 }),
    output: output && short(output),
    ...(input !== undefined && { input: short(input) }),
    ...(expected !== undefined && { expected: short(expected) }),
    ...(answers && {
      answers: answers.map((answer) => ({ ...answer, output: answer.output && short(answer.output) })),
    }),
    ...(baselineOutput !== undefined && { baselineOutput: baselineOutput && short(baselineOutput) }),
  }
}
