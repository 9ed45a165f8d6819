import type { FeatureReport } from '../packages/sluice/src/records/report/feature-report.ts'
import { reportSchema } from '../packages/sluice/src/records/report/report.ts'
import type { Stage } from './stage.ts'
import { bad, bold, detail, good, indent, oneLine, say } from './tell.ts'

const reportDir = 'sluice-report'
export const hint = 'If a prompt, the suite or the judge has changed, renew the recordings: npm run demo-recordings'

/** The gate's own page without the cases, and without the tags where only the verdict matters. */
const ends = { tags: /\n\n(?= *(?:worst regressions|lowest cases))/, verdict: /\n\n(?= *tag )/ }

/** Runs the gate as a developer would, shows what it says up to there and returns its report. */
export async function gated(stage: Stage, expected: number, shown: keyof typeof ends = 'tags'): Promise<FeatureReport> {
  const { exitCode, stdout, stderr } = await stage.sluice('gate', '--report-dir', reportDir)
  const [verdict = '', ...rest] = (stdout.split(ends[shown])[0] ?? stdout).trim().split('\n\n')
  detail('')
  const [state = '', ...reason] = verdict.split('\n').map((line) => line.trim())
  const code = exitCode === 0 ? good('0') : bad(String(exitCode))
  say(oneLine(`   ${bold('$ sluice gate')}   exit code ${code}   ${state.split('  ')[0]}: ${reason.join(' ')}`))
  detail('', indent(rest.join('\n\n'), 5))
  expect(exitCode === expected, `sluice gate exits ${exitCode}, not ${expected}. ${hint}\n${stderr}`)
  return onlyFeature(stage.readText(`${reportDir}/report.json`))
}

/** The feature of a report, all of whose cases have a score. */
export function onlyFeature(text: string): FeatureReport {
  expect(text.startsWith('{'), `this is no report: ${text.slice(0, 200)}`)
  const [feature, ...others] = reportSchema.parse(JSON.parse(text)).features
  if (!feature || others.length > 0) throw new Error('the report is not about the one feature of the demo')
  const { cases, scored, checkFailed } = feature.coverage
  const have = scored + checkFailed
  expect(have === cases, `${cases - have} of ${cases} cases have no score. ${hint}`)
  return feature
}

/** @throws where the demo does not go as told */
export function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}
