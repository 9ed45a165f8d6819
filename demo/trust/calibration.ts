import { type Calibration, calibrationSchema } from '../../packages/sluice/src/records/report/calibration.ts'
import { showCommand } from '../command.ts'
import { expect } from '../gate.ts'
import type { Stage } from '../stage.ts'
import { heading, paragraph, say } from '../tell.ts'
import { addLabels } from './labels.ts'

const feature = 'email-summary'

/** From too few labels to a judge that may gate. Returns what to say of it in short. */
export async function tellTheCalibration(stage: Stage): Promise<string> {
  heading('1  Is the judge right?')
  say(
    paragraph(
      `Lena says yes or no to ${addLabels(stage, 'first')} questions about summaries, and the judge is asked the same:`,
    ),
  )
  const few = await calibrated(stage, 'too few labels')
  say(paragraph(`A week later there are ${addLabels(stage, 'later')} more, some by a second person:`))
  const enough = await calibrated(stage, 'may gate')
  for (const { item, labels, kappa, verdict } of [
    ...enough.items,
    { item: 'all', ...(enough.all ?? enough.items[0]) },
  ]) {
    if (labels === undefined) continue
    say(
      `     ${item.padEnd(9)}${String(labels).padStart(4)} labels   ${agreementOf(kappa ?? null).padEnd(28)}${verdict}`,
    )
  }
  const before = few.all?.labels ?? 0
  return `The judge: too few labels with ${before}, may gate with ${enough.all?.labels ?? 0}, ${agreementOf(enough.all?.kappa ?? null)}.`
}

function agreementOf(kappa: { value: number; low: number | null; high: number | null } | null): string {
  if (kappa === null) return 'kappa unknown, all alike'
  return `kappa ${kappa.value.toFixed(2)} [${kappa.low?.toFixed(2)}, ${kappa.high?.toFixed(2)}]`
}

/** Runs `sluice judge calibrate`, shows its verdict and returns what it says. */
export async function calibrated(stage: Stage, expected: string): Promise<Calibration> {
  const { exitCode, stdout, stderr } = await stage.sluice('judge', 'calibrate', feature, '--json')
  expect(stdout.startsWith('{'), `sluice judge calibrate exits ${exitCode}: ${stderr}`)
  const found = calibrationSchema.parse(JSON.parse(stdout))
  const { verdict, reason, labelsNeeded } = found
  const more = labelsNeeded === null ? '' : ` (about ${labelsNeeded} more)`
  showCommand('judge calibrate', exitCode, `${verdict?.toUpperCase()}${more}: ${reason}`)
  expect(verdict === expected, `the judge is "${verdict}" and not "${expected}": ${reason}`)
  return found
}
