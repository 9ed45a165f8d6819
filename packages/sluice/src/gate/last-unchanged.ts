import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ProjectDatabase } from '../core/answers/project-database.ts'
import { jsonColumn, rowReader } from '../core/answers/rows.ts'
import type { Case } from '../core/suite/cases/case.ts'
import type { GateSettings } from '../core/suite/config/gate-settings.ts'
import type { Prompt } from '../core/suite/prompt/prompt.ts'
import { canonicalJson } from '../core/suite/values/canonical-json.ts'
import { type UnchangedReport, unchangedReportSchema } from '../records/report/unchanged-report.ts'
import { formatPercent } from '../text/format.ts'

const row = z.object({ record: jsonColumn(unchangedReportSchema) })

/** Keeps what an unchanged version did, in place of what was kept of the feature before. */
export function keepUnchanged(database: ProjectDatabase, report: UnchangedReport): void {
  database
    .prepare('INSERT OR REPLACE INTO unchanged (feature, record) VALUES (?, ?)')
    .run(report.feature, JSON.stringify(report))
}

function lastUnchanged(database: ProjectDatabase, feature: string): UnchangedReport | undefined {
  const found = database.prepare('SELECT record FROM unchanged WHERE feature = ?').get(feature)
  return found === undefined ? undefined : rowReader(database, 'unchanged', row)(found).record
}

/**
 * What judges a version, but for the judge: its suite, checks, questions and settings, as a hash. Without settings it
 * is what scores a version, whatever the scores come to.
 */
export async function measureId(
  { checks, rubric, choices, expect }: Prompt,
  cases: AsyncIterable<Case>,
  settings: GateSettings | null,
): Promise<string> {
  const { budgetUsd: _, guard: __, ...judging } = settings ?? {}
  const hash = createHash('sha256').update(canonicalJson({ checks, rubric, choices, expect: expect ?? null, judging }))
  for await (const { line: _, source: __, ...measured } of cases) hash.update(canonicalJson(measured))
  return hash.digest('hex').slice(0, 12)
}

/**
 * What the gate did to an unchanged version when that was last measured, in a sentence; undefined where it never was.
 * It is out of date where the judge or the measure is another.
 */
export async function unchangedNote(
  database: ProjectDatabase,
  feature: string,
  now: { suite: string; judge: string | null; doubt: UnchangedReport['judgeDoubt']; measure: () => Promise<string> },
): Promise<string | undefined> {
  const last = lastUnchanged(database, feature)
  if (!last) return undefined
  const { at, blocked, weakPasses, runs, version, judge } = last
  const other = [
    ...(last.suite === now.suite ? [] : [`the suite was ${last.suite}`]),
    ...(judge === now.judge ? [] : ['the judge was another']),
    ...(last.judgeDoubt?.blocks === now.doubt?.blocks ? [] : ['what labels say of the judge was different']),
    ...(last.suite !== now.suite || last.measure === (await now.measure()) ? [] : ['suite or settings were others']),
  ]
  const by = judge === null ? '' : `, judge ${judge}`
  const rates = `an unchanged version was blocked in ${blocked.runs} of ${runs} runs (${formatPercent(blocked.rate)}, 95 % interval ${formatPercent(blocked.low)} to ${formatPercent(blocked.high)}) and passed weakly in ${weakPasses.runs}`
  const stale =
    other.length === 0 ? '' : ` Out of date: ${other.join(', ')}. Again: sluice drill ${feature} --unchanged ${runs}.`
  return `When it was last measured (${at.slice(0, 10)}, version ${version}${by}), ${rates}.${stale}`
}
