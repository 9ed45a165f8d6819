import { selectFeature } from '../../core/suite/project/select-feature.ts'
import { exitCodes } from '../../exit-codes.ts'
import { calibrationReport } from '../../gate/calibration/calibration-report.ts'
import { type JudgedNow, judgeLabelled } from '../../gate/calibration/judge-labelled.ts'
import { calibrationOf, type LabelledFeature, readLabelledFeature } from '../../gate/calibration/labelled-feature.ts'
import { judgeRuleOf } from '../../gate/calibration/may-gate.ts'
import { defaultBase, findNewDestinations } from '../../gate/secrets/secret-destinations.ts'
import type { Calibration } from '../../records/report/calibration.ts'
import { formatAmount, formatUsd } from '../../text/format.ts'
import { visibleData, visibleText } from '../../text/untrusted.ts'
import { readFlags, sessionFlags, wholeNumber } from '../flags.ts'
import type { Host } from '../host.ts'
import { openProject } from '../session/open-project.ts'
import { inSession } from '../session/with-session.ts'

const { concurrency, maxWait, budgetUsd, allowEndpoint, json } = sessionFlags
const calibrateFlags = { concurrency, maxWait, budgetUsd, allowEndpoint, json, repeats: wholeNumber }

/**
 * `sluice judge calibrate <feature>`: asks the judge about every labelled output and says whether it may gate. Exit 0
 * it may, 1 it may not, 2 too few labels, 4 too many outputs got no verdict.
 */
export async function calibrateJudge(name: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('judge calibrate', calibrateFlags, given)
  const project = await openProject(host, (prompt) => prompt.feature === name)
  const prompt = selectFeature(project.prompts, name)
  const { config, files } = project
  const labelled = await readLabelledFeature(files, prompt, config.root)
  for (const { file, line, message } of labelled.labels.diagnostics)
    host.stderr.write(`${visibleText(`warning: ${file}:${line}: ${message}`)}\n`)
  findNewDestinations(project, await defaultBase(project, host), flags, host)
  const { calibration, now } = await inSession(
    { command: 'judge calibrate', project, flags },
    host,
    async (context) => {
      const now = await judgeLabelled(labelled, { repeats: flags.repeats, now: Date.now }, context)
      const judge = { id: now.judge.id, model: now.judge.model }
      const { margin } = { ...config.gate, ...prompt.gate }
      const asked = withAdded(labelled, now)
      return { calibration: calibrationOf(asked, { judge, rule: judgeRuleOf(config.gate), margin }), now }
    },
  )
  const report: Calibration = host.mask.data(calibration)
  if (flags.json) host.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  else host.stdout.write(calibrationReport(visibleData(report), host.stdout.columns ?? 120))
  printAsked(now, host)
  return exitCodeOf(calibration, now)
}

function withAdded(labelled: LabelledFeature, { added }: JudgedNow): LabelledFeature {
  const { labels } = labelled
  return { ...labelled, labels: { ...labels, judged: [...labels.judged, ...added] } }
}

/** What was asked and paid, and why outputs have no verdict. */
function printAsked({ ledger, known, faults }: JudgedNow, host: Host): void {
  const { judgeCalls, misses } = ledger
  const usd = misses === 0 ? '' : `, ${ledger.unpricedCalls === misses ? 'price unknown' : formatUsd(ledger.usd)}`
  host.stderr.write(
    `${formatAmount(judgeCalls, 'answer')} of the judge, ${formatAmount(misses, 'new call')}${usd}; ${formatAmount(known, 'verdict')} stood in the file already.\n`,
  )
  for (const [cause, count] of faults)
    host.stderr.write(
      `${visibleText(`warning: ${formatAmount(count, 'output')} without a verdict: ${host.mask.text(cause)}`)}\n`,
    )
}

function exitCodeOf({ state, verdict }: Calibration, { faults }: JudgedNow): number {
  if (state === 'stale' && faults.size > 0) return exitCodes['could not run']
  if (verdict === 'may gate') return exitCodes.pass
  return verdict === 'may not gate' ? exitCodes.fail : exitCodes.inconclusive
}
