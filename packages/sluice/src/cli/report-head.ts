import manifest from '../../package.json' with { type: 'json' }
import { steadyNow } from '../providers/clock.ts'
import type { Report } from '../report/report.ts'
import type { RunFinding } from '../report/run-finding.ts'
import type { RunProof } from '../report/run-proof.ts'

export interface RunOfReport {
  runId: string
  /** ms since the epoch. */
  startedAt: number
  command: Report['command']
  /** The command line that repeats the run. */
  reproduce: string | null
  git: Report['git']
  run: RunProof
  /** None unless given. */
  findings?: RunFinding[]
}

/** What every report starts with. */
export function reportHead({ runId, startedAt, command, reproduce, git, run, findings = [] }: RunOfReport) {
  return {
    schema: 'sluice.report/1' as const,
    runId,
    command,
    reproduce,
    git,
    findings,
    measureChanges: [],
    run,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: steadyNow() - startedAt,
    sluiceVersion: manifest.version,
  }
}
