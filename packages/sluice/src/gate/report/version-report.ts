import path from 'node:path'
import { SluiceError } from '../../errors.ts'
import type { Report } from '../../records/report/report.ts'
import { readReport } from './report-file.ts'
import { storedRuns } from './stored-runs.ts'

/** Which version a report is to be about. */
export interface Gated {
  feature: string
  /** Version id. */
  id: string
}

/** Whether the report holds a verdict of the gate on this very version. */
function isAbout({ command, features }: Report, { feature, id }: Gated): boolean {
  const isThisVersion = (part: Report['features'][number]) => part.feature === feature && part.candidate.id === id
  return command === 'gate' && features.some((part) => isThisVersion(part) && part.verdict !== null)
}

/**
 * The report in a file, or in a folder's report.json. @throws SluiceError `invalid-input` where it is not about the
 * version
 */
export async function namedReport(place: string, version: Gated): Promise<Report> {
  const report = await readReport(
    place.endsWith('.json') || place.endsWith('.gz') ? place : path.join(place, 'report.json'),
  )
  if (isAbout(report, version)) return report
  throw new SluiceError(
    'invalid-input',
    `${place}: the report holds no verdict on version ${version.id} of ${version.feature}, the one in the working tree: run sluice gate once more`,
  )
}

/**
 * The last report on the version among the runs that the project keeps and `sluice-report/report.json`; null where
 * there is none. A later failure hides an earlier pass.
 */
export async function lastReport(root: string, version: Gated): Promise<Report | null> {
  const written = await readReport(path.join(root, 'sluice-report', 'report.json')).catch(() => null)
  const candidates = written && isAbout(written, version) ? [written] : []
  for (const { file } of await storedRuns(root)) {
    const report = await readReport(file).catch(() => null)
    if (!report || !isAbout(report, version)) continue
    candidates.push(report)
    break
  }
  return candidates.toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))[0] ?? null
}
