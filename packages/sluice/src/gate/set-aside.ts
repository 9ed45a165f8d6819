import { type Diagnostic, formatDiagnostic, InvalidFilesError, inOrder } from '../core/suite/diagnostics/diagnostic.ts'
import type { PartlySoundProject } from '../core/suite/project/project.ts'
import type { Prompt } from '../core/suite/prompt/prompt.ts'
import { whyUnjudgeable } from '../core/suite/prompt/unjudgeable.ts'
import { type RunFinding, runFinding } from '../records/report/report.ts'
import type { FinalVerdict } from './verdict/verdict.ts'

/** Features of a run, and those among them that have nothing to be judged by. */
export interface Judgeable {
  prompts: Prompt[]
  /**
   * One for each that was set aside: an error for one that could be judged at the base commit, unless that is allowed.
   */
  findings: RunFinding[]
}

export interface SetAsideOptions {
  /** What each feature goes on from. */
  predecessorOf?(prompt: Prompt): Prompt | undefined
  allowRemoved?: boolean | undefined
  suiteFaults: PartlySoundProject['suiteFaults']
}

/**
 * Sets aside what cannot be judged, so that it stops nothing else, and says so before anything is paid for.
 * @throws InvalidFilesError where faulty suites leave nothing to judge
 */
export function setAside(
  prompts: readonly Prompt[],
  stderr: { write(text: string): unknown },
  { predecessorOf = () => undefined, allowRemoved = false, suiteFaults }: SetAsideOptions,
): Judgeable {
  const judgeable: Prompt[] = []
  const findings: RunFinding[] = []
  const notes: string[] = []
  const faultsOf = ({ feature }: Prompt) => suiteFaults.get(feature) ?? []
  for (const prompt of prompts) {
    const faults = faultsOf(prompt)
    const why = whyUnjudgeable(prompt) ?? faultsText(faults)
    if (why === undefined) {
      judgeable.push(prompt)
      continue
    }
    const before = predecessorOf(prompt)
    const wasJudged = before !== undefined && whyUnjudgeable(before) === undefined
    findings.push(
      faults.length > 0
        ? faultySuite(prompt.feature, 'error', `Not judged, since its suite is invalid: ${why}`)
        : notJudged(prompt.feature, why, wasJudged && !allowRemoved),
    )
    notes.push(`${prompt.feature}: not judged: ${sentence(why)}\n`)
  }
  const faults = prompts.flatMap(faultsOf)
  if (judgeable.length === 0 && faults.length > 0) throw new InvalidFilesError(inOrder(faults))
  for (const line of notes) stderr.write(line)
  return { prompts: judgeable, findings }
}

/** Faults of suites whose features no change reaches: they were there before, and nothing was to be judged. */
export function earlierFaults(
  affected: readonly Prompt[],
  suiteFaults: PartlySoundProject['suiteFaults'],
): RunFinding[] {
  const others = [...suiteFaults].filter(([feature]) => !affected.some((prompt) => prompt.feature === feature))
  return others.map(([feature, faults]) =>
    faultySuite(feature, 'warning', `Its suite is invalid, and was before this change: ${faultsText(faults)}`),
  )
}

const faultsShown = 3

function faultsText(faults: readonly Diagnostic[]): string | undefined {
  if (faults.length === 0) return undefined
  const more = faults.length > faultsShown ? `, and ${faults.length - faultsShown} more (sluice check lists them)` : ''
  return `${faults.slice(0, faultsShown).map(formatDiagnostic).join(', ')}${more}`
}

/** What is invalid in the suite of an affected feature is to be mended, whoever wrote it. */
function faultySuite(feature: string, severity: RunFinding['severity'], message: string): RunFinding {
  return runFinding('not-judged', severity, sentence(message), { feature })
}

function sentence(text: string): string {
  return text.endsWith('?') ? text : `${text}.`
}

function notJudged(feature: string, why: string, isLoss: boolean): RunFinding {
  const message = isLoss
    ? `Not judged, although it was at the base commit: ${why}. If this is intended, give --allow-removed.`
    : `Not judged: ${why}.`
  return runFinding('not-judged', isLoss ? 'error' : 'warning', message, { feature })
}

/**
 * The verdict with the features in mind that were set aside: one that could be judged before fails as one that is gone,
 * and a run that judged nothing although something was to be judged is never green.
 */
export function withSetAside(
  { verdict, exitCode }: Pick<FinalVerdict, 'verdict'> & { exitCode: number },
  { prompts, findings }: Judgeable,
): Pick<FinalVerdict, 'verdict'> & { exitCode: number } {
  if (findings.some(({ severity }) => severity === 'error')) return { verdict: 'fail', exitCode: 3 }
  if (findings.length > 0 && prompts.length === 0) return { verdict: 'inconclusive', exitCode: 3 }
  return { verdict, exitCode }
}
