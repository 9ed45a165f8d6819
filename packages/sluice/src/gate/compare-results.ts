import { formatAmount } from '../text/format.ts'
import { judgeScoresOf } from './compare-scores.ts'
import { type PolicyFlags, policyFlags } from './judge-versions.ts'
import type { FinishedRun } from './report/report-of-run.ts'
import { reproduction } from './report/reproduction.ts'
import { compareMeasures, doubts, readingNotes } from './results/measured-alike.ts'
import { type ReadSide, type ResultsOptions, readSide } from './results/read-results.ts'

/** Below this many cases in common the estimate alone settles nothing, unless the user says so. */
const fewCases = 20

export interface ResultsFiles {
  candidate: string
  baseline: string
}

/** Judges the results files of other tools. No model is called and no project is needed. */
export async function compareResults(
  files: ResultsFiles,
  { flags, ...options }: ResultsOptions & { flags: PolicyFlags },
  cwd: string,
): Promise<FinishedRun> {
  const candidate = await readSide(files.candidate, options, cwd)
  const baseline = await readSide(files.baseline, options, cwd)
  const { shared, findings } = compareMeasures(candidate, baseline)
  const isFew = shared < fewCases && flags.onInconclusive === undefined
  const { format, metric, scale, cluster } = options
  const reproduce = reproduction(['compare'], {
    '--candidate': files.candidate,
    '--baseline': files.baseline,
    '--format': format,
    '--metric': metric,
    '--scale': scale && `${scale.worst},${scale.best}`,
    '--cluster': cluster,
    ...policyFlags(flags),
  })
  const few = `${formatAmount(shared, 'case')} in common: below ${fewCases} an undecided difference is no pass.`
  const notes = [...(isFew ? [few] : []), ...readingNotes(candidate, baseline)]
  const scores = {
    candidate: sideOf(candidate),
    baseline: sideOf(baseline),
    notes,
    findings,
    reproduce,
    doubts: (margin: number) => doubts(candidate, baseline, margin),
  }
  return judgeScoresOf(scores, isFew ? { ...flags, onInconclusive: 'block' } : flags, cwd)
}

const sideOf = ({ name, version, rows, missing }: ReadSide) => ({ name, model: version, rows, missing })
