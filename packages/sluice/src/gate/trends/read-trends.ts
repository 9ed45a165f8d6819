import { openExistingDatabase } from '../../core/answers/project-database.ts'
import { SluiceError } from '../../errors.ts'
import type { Mask } from '../../masking/mask.ts'
import { createHistory } from '../nightly/history.ts'
import type { NightRecord, Sentinel } from '../nightly/night-record.ts'
import { readReport } from '../report/report-file.ts'
import { storedRuns } from '../report/stored-runs.ts'
import { type MeasuredPoint, pointOfNight, pointOfRun } from './measured-point.ts'

/** All that is stored of one feature, oldest first. */
export interface StoredFeature {
  feature: string
  points: readonly MeasuredPoint[]
}

export interface Trends {
  features: readonly StoredFeature[]
  /** Sentences about stored runs that could not be read: they are missing, and nothing is known of them. */
  unreadable: readonly string[]
}

/**
 * What the store of a project and an exported history know of its features, with secrets masked. Nothing is asked of a
 * model.
 */
export async function readTrends(
  root: string,
  exported: readonly (NightRecord | Sentinel)[],
  mask: Mask,
): Promise<Trends> {
  const { points: runs, unreadable } = await readRuns(root, mask)
  const nights = newestOf(
    [...nightsIn(root), ...exported.filter((record) => record.kind === 'night')].map((night) => mask.data(night)),
  )
  const ofNights = nights.map((record) =>
    pointOfNight(
      record,
      runs.find((run) => isSameNight(run, record)),
    ),
  )
  // A night stands in the history too, which has it longer; but one that only its report knows is not left out.
  const others = runs.filter((run) => run.kind !== 'night' || !nights.some((record) => isSameNight(run, record)))
  const byFeature = Map.groupBy([...ofNights, ...others], ({ feature }) => feature)
  const features = [...byFeature]
    .map(([feature, points]) => ({ feature, points: points.sort((a, b) => a.at - b.at) }))
    .sort((a, b) => Number(lastFailed(b)) - Number(lastFailed(a)) || a.feature.localeCompare(b.feature, 'en'))
  return { features, unreadable }
}

const isSameNight = (run: MeasuredPoint, { feature, night }: NightRecord) =>
  run.kind === 'night' && run.feature === feature && run.name === night

const lastFailed = ({ points }: StoredFeature) => points.at(-1)?.verdict === 'fail'

function nightsIn(root: string): NightRecord[] {
  const database = openExistingDatabase(root)
  if (!database) return []
  try {
    return [...createHistory(database).all()].filter((record) => record.kind === 'night')
  } finally {
    database.close()
  }
}

/** The later one of two records of a night. */
function newestOf(records: readonly NightRecord[]): NightRecord[] {
  const kept = new Map<string, NightRecord>()
  for (const record of records) {
    const key = JSON.stringify([record.feature, record.night])
    const known = kept.get(key)
    if (!known || Date.parse(record.startedAt) > Date.parse(known.startedAt)) kept.set(key, record)
  }
  return [...kept.values()]
}

/** One report at a time: of its cases only the ids are kept. */
async function readRuns(root: string, mask: Mask): Promise<{ points: MeasuredPoint[]; unreadable: string[] }> {
  const points: MeasuredPoint[] = []
  const unreadable: string[] = []
  for (const { file } of await storedRuns(root)) {
    try {
      const report = mask.data(await readReport(file))
      points.push(...report.features.map((feature) => pointOfRun(report, feature)))
    } catch (cause) {
      if (!(cause instanceof SluiceError)) throw cause
      unreadable.push(
        `A stored run is missing here, since it cannot be read: ${cause.message.split('\n', 2).join(' ')}`,
      )
    }
  }
  return { points, unreadable }
}
