import type { GateSettings } from '../../core/suite/config/config.ts'
import { InvalidFilesError } from '../../core/suite/diagnostics/diagnostic.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Calibration } from '../../records/report/calibration.ts'
import { labelFilesOf } from '../labels/label-files.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import type { Results } from '../run/results.ts'
import { unreadableCalibration } from './calibrate.ts'
import type { RunVerdict } from './corrected-mean.ts'
import { calibrationOf, readLabelledFeature } from './labelled-feature.ts'
import { judgeRuleOf } from './may-gate.ts'

/**
 * The calibration of the judge that a run has asked, by the labels of the project: computed anew, for this very judge
 * and these very questions. Null where the judge was not asked, or nobody labelled anything.
 */
export async function calibrateRun(
  run: Pick<FeatureRun, 'candidate' | 'baseline' | 'judge' | 'ledger' | 'table'>,
  results: Pick<Results, 'rows'>,
  { config, files }: Pick<LoadedProject, 'config' | 'files'>,
  settings: GateSettings,
): Promise<Calibration | null> {
  const { candidate, baseline, judge, ledger } = run
  if (!judge || ledger.judgeCalls === 0) return null
  if ((await files.list(labelFilesOf(candidate.feature).labels)).length === 0) return null
  const inUse = { id: judge.id, model: judge.model }
  const rule = judgeRuleOf(settings)
  try {
    const labelled = await readLabelledFeature(files, candidate, config.root)
    return calibrationOf(labelled, {
      judge: inUse,
      rule,
      margin: settings.margin,
      versions: baseline && { candidate: candidate.id, baseline: baseline.id },
      candidate: candidate.id,
      run: verdictsOf(run, results),
    })
  } catch (error) {
    if (!(error instanceof InvalidFilesError)) throw error
    const [first] = error.diagnostics
    const reason = first ? `${first.file}:${first.line}: ${first.message}` : error.message
    return unreadableCalibration({ feature: candidate.feature, judge: inUse, rule }, reason)
  }
}

/** What the judge said of the candidate's answers, the repeats of a case taken together. */
function verdictsOf(
  { candidate, table }: Pick<FeatureRun, 'candidate' | 'table'>,
  results: Pick<Results, 'rows'>,
): RunVerdict[] {
  const sums = new Map<string, RunVerdict & { answers: number }>()
  for (const { position, role, detail } of results.rows(candidate.feature)) {
    const row = table.cases[position]
    if (role !== 'candidate' || !row) continue
    for (const { id, verdict, weight } of detail.judge) {
      if (verdict !== 'yes' && verdict !== 'no' && verdict !== 'cannot_tell') continue
      const key = `${position} ${id}`
      const known = sums.get(key) ?? {
        item: id,
        cluster: row.cluster ?? row.id,
        yes: 0,
        answers: 0,
        weight: weight * row.weight,
      }
      known.yes += Number(verdict === 'yes')
      known.answers += 1
      sums.set(key, known)
    }
  }
  return [...sums.values()].map(({ answers, yes, ...rest }) => ({ ...rest, yes: yes / answers }))
}
