import { SluiceError } from '../errors.ts'
import { compareScores } from './compare-scores.ts'
import { compareVersions } from './compare-versions.ts'
import type { Host } from './host.ts'
import type { PolicyFlags } from './judge-versions.ts'

export interface CompareOptions extends PolicyFlags {
  candidate?: string
  baseline?: string
  candidateScores?: string
  baselineScores?: string
  suite?: string
  concurrency: number
  budgetUsd?: number
  reportDir?: string
  json?: boolean
}

/** `sluice compare`: two versions of a feature, or two files of scores, judged on their difference alone. */
export async function compare(feature: string | undefined, options: CompareOptions, host: Host): Promise<number> {
  const { candidate, baseline, candidateScores, baselineScores } = options
  if (candidateScores !== undefined && baselineScores !== undefined) {
    if (feature === undefined && candidate === undefined && baseline === undefined) {
      return compareScores({ ...options, candidateScores, baselineScores }, host)
    }
    throw usage('files of scores are compared by themselves: leave out the feature, --candidate and --baseline')
  }
  if (candidateScores !== undefined || baselineScores !== undefined) {
    throw usage('--candidate-scores and --baseline-scores go together')
  }
  if (feature === undefined || baseline === undefined)
    throw usage('give a feature and --baseline, or two files of scores')
  return compareVersions(feature, { ...options, baseline }, host)
}

function usage(problem: string): SluiceError {
  return new SluiceError(
    'invalid-input',
    `sluice compare: ${problem}.
  sluice compare <feature> --candidate <ref or file> --baseline <ref or file>
  sluice compare --candidate-scores a.jsonl --baseline-scores b.jsonl`,
  )
}
