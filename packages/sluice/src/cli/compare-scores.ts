import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { emptyLedger } from '../answers/ledger.ts'
import { judgeScores, policyOf } from '../gate/run-gate.ts'
import { type JoinedScores, joinScores } from '../gate/score-files.ts'
import { steadyNow } from '../providers/clock.ts'
import { caseRows } from '../report/case-rows.ts'
import { summarize } from '../report/summarize.ts'
import { withVerdict } from '../report/with-verdict.ts'
import type { Arm } from '../run/case-record.ts'
import { noObservations, observeDetail } from '../run/observations.ts'
import { InvalidFilesError } from '../suite/diagnostic.ts'
import { diskFiles } from '../suite/files.ts'
import { loadConfig } from '../suite/load-config.ts'
import { findRoot } from '../suite/project.ts'
import { readScores } from '../suite/scores.ts'
import type { Host } from './host.ts'
import { type PolicyFlags, policyFlags, settingsOf } from './judge-versions.ts'
import { present } from './present.ts'
import { proveRun } from './prove-run.ts'
import { reportHead } from './report-head.ts'
import { reproduction } from './reproduction.ts'

interface CompareScoresOptions extends PolicyFlags {
  candidateScores: string
  baselineScores: string
  reportDir?: string
  json?: boolean
}

/** Judges scores of another tool. No model is called and no project is needed; a sluice.yaml around counts. */
export async function compareScores(options: CompareScoresOptions, host: Host): Promise<number> {
  const { candidateScores, baselineScores } = options
  const startedAt = steadyNow()
  const settings = settingsOf(await projectSettings(host), {}, options)
  const joined = joinScores(await scoresIn(candidateScores, host), await scoresIn(baselineScores, host))
  const { threshold } = options
  const outcome = judgeScores(joined, policyOf({ ...settings, threshold }), settings)
  const measured = {
    feature: candidateScores,
    candidate: { id: candidateScores, label: null, model: null },
    baseline: { id: baselineScores, label: null, model: null },
    cases: joined.cases,
    ledger: emptyLedger(),
    observations: observationsOf(joined),
    judge: null,
    threshold: threshold ?? null,
    notes: notesOf(joined, options),
  }
  const { verdict, exitCode } = outcome.final
  const report = {
    ...reportHead({
      runId: randomUUID(),
      startedAt,
      command: 'compare',
      reproduce: reproduction(['compare'], {
        '--candidate-scores': candidateScores,
        '--baseline-scores': baselineScores,
        ...policyFlags(options),
      }),
      git: null,
      run: proveRun([{ table: joined, ledger: measured.ledger, suiteCases: undefined }]),
    }),
    verdict,
    exitCode,
    notes: [],
    features: [withVerdict(summarize(measured, settings), outcome)],
  }
  await present(report, () => caseRows(joined.cases, joined.rows, settings.caseThreshold), options, host)
  return exitCode
}

/** The file as the user named it, so that messages do. */
async function scoresIn(file: string, host: Host) {
  const place = path.resolve(host.cwd(), file)
  return readScores(place, path.isAbsolute(file) ? file : path.relative(host.cwd(), place))
}

async function projectSettings(host: Host) {
  const root = await findRoot(host.cwd())
  const { config, diagnostics } = await loadConfig(diskFiles(root), root)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new InvalidFilesError(errors)
  return config.gate
}

function observationsOf({ rows }: JoinedScores) {
  const observations = noObservations()
  for (const { arm, detail } of rows) observeDetail(observations, arm, detail)
  return observations
}

function notesOf({ unpaired }: JoinedScores, files: CompareScoresOptions): string[] {
  const note = (arm: Arm, file: string) => {
    const ids = unpaired[arm]
    if (ids.length === 0) return []
    const shown = ids.slice(0, 5).join(', ')
    return [
      `${ids.length} case${ids.length === 1 ? ' is' : 's are'} only in ${file}, so not compared: ${shown}${ids.length > 5 ? ', …' : ''}.`,
    ]
  }
  return [...note('candidate', files.candidateScores), ...note('baseline', files.baselineScores)]
}
