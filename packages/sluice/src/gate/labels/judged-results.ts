import type { AnswerTrace } from '../../records/answer-trace.ts'
import type { JudgedOutput, LabelledOutput } from '../../records/label.ts'
import { versionIdField } from '../../records/names.ts'
import type { JudgedItem } from '../../records/report/case-detail.ts'
import type { ResultRow } from '../run/results.ts'
import { outputHash, outputKey } from './label-files.ts'
import type { LabelUnit } from './label-unit.ts'
import type { ItemsOfCase } from './rubric-items.ts'

/** A row of a run that is kept, and which run it is. */
export interface RunRow extends ResultRow {
  runId: string
}

/** What the judge has answered in the runs that are kept. */
export interface JudgedResults {
  units: LabelUnit[]
  /** The texts, by `outputKey`. */
  texts: ReadonlyMap<string, string>
  /** What was done on the way to them, likewise, where it belongs to the output. */
  traces: ReadonlyMap<string, AnswerTrace>
  /** The conversations that they end, likewise. */
  conversations: ReadonlyMap<string, LabelledOutput['exchanges']>
  /** Answers that cannot be labelled, since a secret was taken out of what is kept of them. */
  masked: number
}

/** What the report of a run says about a feature: its versions, and its cases by position. */
interface RunFeature {
  candidate: string
  baseline: string | undefined
  cases: readonly { id: string; tags: readonly string[] }[]
}

/** Undefined where the report of the run is not kept. */
export type FeatureOfRun = (runId: string) => RunFeature | undefined

interface Gathered extends Omit<LabelUnit, 'isNearFlip' | 'differs'> {
  verdicts: Set<string>
  /** Where it was judged: which run, which version. */
  places: Set<string>
}

/**
 * Each rubric item on each output that the judge has answered, from the rows of runs, the last run first. Cases and
 * items that the project no longer has are left out.
 */
export function judgedResults(
  rows: Iterable<RunRow>,
  featureOf: FeatureOfRun,
  itemsOf: ItemsOfCase,
  /** Whether a question about a case is about more than the output. */
  hasTrace: (caseId: string) => boolean = () => false,
): JudgedResults {
  const traces = new Map<string, AnswerTrace>()
  const conversations = new Map<string, LabelledOutput['exchanges']>()
  const units = new Map<string, Gathered>()
  const texts = new Map<string, string>()
  /** What the judge said, by run, case and item, of each version. */
  const judgeVerdicts = new Map<string, Record<'candidate' | 'baseline', Set<string>>>()
  let masked = 0
  for (const { runId, position, role, repeat, detail } of rows) {
    const feature = featureOf(runId)
    const row = feature?.cases[position]
    const items = row && itemsOf(row.id)
    if (!feature || !row || !items || detail.output === undefined) continue
    const answered = detail.judge.filter((item) => isAnswer(item) && items.has(item.id))
    if (answered.length === 0) continue
    if (detail.outputMasked) {
      masked += 1
      continue
    }
    const trace = hasTrace(row.id) ? detail.trace : undefined
    const exchanges = detail.exchanges?.map((each) => ({ user: each.user, output: each.output }))
    const output = outputHash(detail.output, trace, exchanges)
    const place = { case: row.id, output }
    texts.set(outputKey(place), detail.output)
    if (trace) traces.set(outputKey(place), trace)
    if (exchanges) conversations.set(outputKey(place), exchanges)
    const version = versionIdField.safeParse(feature[role]).data
    for (const { id: item, verdict } of answered) {
      const where = JSON.stringify([runId, row.id, item])
      const verdicts = judgeVerdicts.get(where) ?? { candidate: new Set(), baseline: new Set() }
      verdicts[role].add(verdict)
      judgeVerdicts.set(where, verdicts)
      const key = `${outputKey(place)}\n${item}`
      const unit = units.get(key) ?? {
        ...place,
        item,
        candidate: role === 'candidate',
        version: version ?? null,
        repeat,
        tags: row.tags,
        verdict: verdict as JudgedOutput['verdict'],
        verdicts: new Set(),
        places: new Set(),
      }
      unit.verdicts.add(verdict)
      unit.places.add(`${role} ${where}`)
      units.set(key, unit)
    }
  }
  const flips = ({ verdicts, places }: Gathered) =>
    verdicts.size > 1 || [...places].some((place) => sidesOf(judgeVerdicts, place).own.size > 1)
  const differs = ({ places }: Gathered) =>
    [...places].some((place) => {
      const { own, other } = sidesOf(judgeVerdicts, place)
      return other.size > 0 && own.symmetricDifference(other).size > 0
    })
  return {
    units: [...units.values()].map((unit) => {
      const { verdicts: _verdicts, places: _places, ...plain } = unit
      return { ...plain, isNearFlip: flips(unit), differs: differs(unit) }
    }),
    texts,
    traces,
    conversations,
    masked,
  }
}

function sidesOf(judgeVerdicts: ReadonlyMap<string, Record<'candidate' | 'baseline', Set<string>>>, place: string) {
  const space = place.indexOf(' ')
  const role = place.slice(0, space) as 'candidate' | 'baseline'
  const sides = judgeVerdicts.get(place.slice(space + 1)) ?? { candidate: new Set(), baseline: new Set() }
  return { own: sides[role], other: sides[role === 'candidate' ? 'baseline' : 'candidate'] }
}

/** A choice of an evaluator is no answer to a rubric item. */
function isAnswer({ verdict }: JudgedItem): boolean {
  return verdict === 'yes' || verdict === 'no' || verdict === 'cannot_tell'
}
