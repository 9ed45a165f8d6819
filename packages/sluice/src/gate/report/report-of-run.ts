import manifest from '../../../package.json' with { type: 'json' }
import { steadyNow } from '../../core/providers/clock.ts'
import type { MeasureChange, Report, ReportSummary, RunFinding, RunProof } from '../../records/report/report.ts'
import type { CasesOf } from './json-report.ts'
import { withCommands } from './steps-to-verdict.ts'

/** What a run came to. */
export interface RunConclusion extends Pick<ReportSummary, 'verdict' | 'exitCode' | 'notes' | 'features'> {
  /** The command line that repeats the run. */
  reproduce: string | null
  git: Report['git']
  run: RunProof
  /** None unless given. */
  findings?: RunFinding[]
  measureChanges?: MeasureChange[]
}

/** A run that has ended, as it can be presented. */
export interface FinishedRun {
  conclusion: RunConclusion
  /** The cases of each feature, read back from where the run has put them. */
  casesOf: CasesOf
}

/** The report of a run that began at `startedAt`, in ms since the epoch, and ends now. */
export function reportOfRun(
  { runId, startedAt, command }: { runId: string; startedAt: number; command: Report['command'] },
  { reproduce, git, run, findings = [], measureChanges = [], ...decided }: RunConclusion,
): ReportSummary {
  return {
    schema: 'sluice.report/1',
    runId,
    command,
    reproduce,
    git,
    findings,
    measureChanges,
    run,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: steadyNow() - startedAt,
    sluiceVersion: manifest.version,
    verdict: decided.verdict,
    exitCode: decided.exitCode,
    notes: decided.notes,
    features: decided.features.map((feature) => withCommands(feature, reproduce)),
  }
}
