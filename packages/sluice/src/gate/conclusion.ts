import { type RunFinding, runFinding } from '../records/report/report.ts'
import type { JudgedFeature } from './judge-versions.ts'
import type { GateScope } from './scope.ts'
import { type Judgeable, withSetAside } from './set-aside.ts'
import { combineVerdicts, type FinalVerdict } from './verdict/verdict.ts'

export interface ConclusionOptions {
  changedFiles?: string | undefined
  /** At least so many features must have been judged. */
  expectFeatures?: number | undefined
  /** Features of the base may be gone. */
  allowRemoved?: boolean | undefined
}

/** What a run of the gate comes to. */
export interface GateConclusion {
  /** Null where nothing was judged and nothing is wrong with that. */
  verdict: FinalVerdict['verdict'] | null
  exitCode: number
  notes: string[]
  findings: RunFinding[]
}

export interface GateRun {
  judged: readonly Pick<JudgedFeature, 'outcome' | 'summary'>[]
  judgeable: Judgeable
  scope: GateScope
}

/**
 * The verdict on all that was judged, unless something that should have been judged was not: features that the base has
 * and the present has not, or fewer than were expected. Nothing judged where something was affected is never a pass.
 */
export function concludeGate({ judged, judgeable, scope }: GateRun, options: ConclusionOptions): GateConclusion {
  const affected = scope.features.filter((feature) => feature.affected).length
  const scored = judged.filter(({ summary }) => summary.score.mean !== null).map(({ summary }) => summary.feature)
  const findings = [...removedFindings(scope, options), ...expectation(scored, options)]
  const notes = [...(affected === 0 ? [nothingAffected(scope, options)] : []), ...baseNotes(scope)]
  if (findings.some(({ severity }) => severity === 'error')) return { verdict: 'fail', exitCode: 3, notes, findings }
  if (affected === 0) return { verdict: null, exitCode: 0, notes, findings }
  const combined = withSetAside(combineVerdicts(judged.map(({ outcome }) => outcome.final)), judgeable)
  if (scored.length > 0 || combined.exitCode !== 0) return { ...combined, notes, findings }
  const message = 'No affected feature was judged: none of their cases has a score.'
  return { verdict: 'inconclusive', exitCode: 2, notes, findings: [runFinding('nothing-judged', 'error', message)] }
}

function removedFindings({ removed }: GateScope, { allowRemoved }: ConclusionOptions): RunFinding[] {
  const way = allowRemoved ? '' : ' Gate it again, or give --allow-removed if this is intended.'
  const severity = allowRemoved ? 'note' : 'error'
  return removed.map(({ feature, file, cause }) => {
    const message = `This feature of the base commit is no longer gated: ${cause}.${way}`
    return runFinding('feature-removed', severity, message, { feature, before: file })
  })
}

function expectation(scored: readonly string[], { expectFeatures = 0 }: ConclusionOptions): RunFinding[] {
  if (scored.length >= expectFeatures) return []
  const names = scored.length === 0 ? 'none' : scored.join(', ')
  const wanted = expectFeatures === 1 ? '1 feature was' : `${expectFeatures} features were`
  const message = `At least ${wanted} to be judged (--expect-features). Judged: ${names}.`
  return [runFinding('too-few-features', 'error', message)]
}

function baseNotes({ missing }: GateScope): string[] {
  return missing === null ? [] : [`${missing}: a feature that was removed or renamed cannot be noticed.`]
}

/** The first thing that a run says which evaluates nothing. */
function nothingAffected({ features, git, changedPaths }: GateScope, { changedFiles }: ConclusionOptions): string {
  const names = features.map(({ prompt }) => prompt.feature).join(', ')
  const rest = `nothing was evaluated, nothing was paid. Features: ${names}. Use --all to judge them anyway; --explain says what was looked at.`
  if (changedFiles !== undefined && changedPaths === 0)
    return `The list ${changedFiles} of --changed-files is empty: ${rest}`
  const base = git?.base?.slice(0, 7)
  if (changedPaths === 0 && git?.base === git?.head) {
    return (
      `The base is HEAD itself (${base}) and the working tree is clean, so nothing was compared: name an older commit, ` +
      `e.g. --base HEAD~1, or use --all. Features that were not evaluated: ${names}.`
    )
  }
  return `No feature is affected by what changed${base === undefined ? '' : ` since ${base}`}: ${rest}`
}
