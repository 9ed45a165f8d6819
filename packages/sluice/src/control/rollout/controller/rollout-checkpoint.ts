import { z } from 'zod'
import type { LogEntry } from '../../../records/outcome.ts'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { sharePpm } from '../../release/rollout-state.ts'
import type { UnitRecord } from '../../store/evidence-store.ts'
import type { KnownStates } from '../../store/known-states.ts'
import type { Store } from '../../store/store.ts'
import { StoreError } from '../../store/store-error.ts'
import type { Assessment } from '../assessment/assessment.ts'
import { type EvidenceSeries, evidenceSeriesSchema, withPoint } from '../assessment/evidence-series.ts'
import { judgeHealthSchema } from '../assessment/judge-health.ts'
import { soakSchema, unwatched } from '../assessment/soak.ts'
import type { DecisionEngine } from '../decision-engine.ts'

/** What only this program writes is checked for its kind; the engine made the inside. */
const document = <T extends object>() => z.custom<T>((value) => typeof value === 'object' && value !== null)

const assessedSchema = z.strictObject({
  assessment: document<Assessment>(),
  rollout: document<Rollout>(),
  /** ms since the epoch. */
  at: z.number(),
  judge: judgeHealthSchema,
  /** Absent from before it was watched. */
  soak: soakSchema.optional(),
  /** Since when the rollout has been held for the same reason, ms since the epoch. */
  heldSince: z.number().nullable().default(null),
  /** Why the rule for the undecided had refused it before, where it was asked. */
  refused: z.array(z.string()).nullable().default(null),
  /** Greatest evidence of the passes before. */
  highest: z.record(z.string(), z.object({ eValue: z.number(), at: z.number() })).optional(),
  /** Evidence of the passes before, to be shown. It decides nothing, so one that cannot be read begins anew. */
  series: evidenceSeriesSchema.optional().catch(undefined),
})

/** An assessment with all that it was made of beside the evidence. */
export type Assessed = z.output<typeof assessedSchema>

const rolloutCheckpointSchema = z.strictObject({
  evidence: document<object>(),
  /** Null before the first. */
  assessed: assessedSchema.nullable(),
  /** Since when the rollout has been held for the same reason, ms since the epoch. */
  heldSince: z.number().nullable(),
  /** Keys of what was announced, each once. */
  announced: z.array(z.string()),
  /** When (ms since the epoch) that was found to be over of what was announced, by its key. */
  goneAt: z.record(z.string(), z.number()).default({}),
  /** What the evidence was made of, and how often it was begun anew because that changed. */
  basis: z.string().optional(),
  generation: z.int().optional(),
})

/** All that is known of a rollout, of constant size: the evidence so far and the last assessment. */
export type RolloutCheckpoint = z.output<typeof rolloutCheckpointSchema>

/** A checkpoint and how far it has come; `stored` is the cursor in the store, -1 where none is. */
export interface LoadedCheckpoint {
  checkpoint: RolloutCheckpoint
  stored: number
  /** It was in memory, as it was checked or made before. */
  isKnown: boolean
}

/** The name under which the checkpoint is stored. */
export function checkpointName(rolloutId: string): string {
  return `rollout:${rolloutId}`
}

/** What the evidence of a rollout is made of: the kind of sums, and whose outcomes are left out. */
export function basisOf({ schema }: Pick<DecisionEngine<object>, 'schema'>, { excluded = [] }: Rollout): string {
  return [schema, ...excluded].join(' ')
}

/** Under this id the store remembers the users of a rollout: those of one that was begun anew are others. */
export function unitsId(rolloutId: string, { generation = 0 }: Pick<RolloutCheckpoint, 'generation'>): string {
  return generation === 0 ? rolloutId : `${rolloutId}~${generation}`
}

/** No entry of the log in it yet; what was announced `before` is as it was. */
export function newCheckpoint(evidence: object, basis: string, before?: RolloutCheckpoint): RolloutCheckpoint {
  const { assessed = null, heldSince = null, announced = [], goneAt = {}, generation = 0 } = before ?? {}
  return { evidence, assessed, heldSince, announced, goneAt, basis, generation: before ? generation + 1 : 0 }
}

/** @throws DamagedCheckpoint */
export async function loadCheckpoint(
  store: Pick<Store, 'checkpoint'>,
  rolloutId: string,
  known?: KnownStates,
): Promise<LoadedCheckpoint | undefined> {
  const kept = await store.checkpoint(checkpointName(rolloutId), known)
  if (!kept) return undefined
  if (kept.isKnown) return { checkpoint: kept.state as RolloutCheckpoint, stored: kept.cursor, isKnown: true }
  const { data, error } = rolloutCheckpointSchema.safeParse(kept.state)
  if (data) return { checkpoint: data, stored: kept.cursor, isKnown: false }
  throw new DamagedCheckpoint(rolloutId, kept.cursor, error.issues[0]?.path.join('.') ?? '')
}

/** What is kept of a rollout cannot be read: nothing may be concluded from it. */
export class DamagedCheckpoint extends StoreError {
  readonly rolloutId: string
  readonly cursor: number

  constructor(rolloutId: string, cursor: number, where: string) {
    super(
      'damaged',
      `the store's checkpoint ${checkpointName(rolloutId)} is damaged (${where}): it is set aside and made again`,
    )
    this.rolloutId = rolloutId
    this.cursor = cursor
  }
}

/**
 * What was last known of a rollout, running or ended; null before its first assessment, and where it cannot be read.
 */
export async function readAssessment(
  store: Pick<Store, 'checkpoint' | 'summary'>,
  rolloutId: string,
): Promise<Assessment | null> {
  return (await readAssessed(store, rolloutId))?.assessment ?? null
}

/** The assessment with all that it was made of beside the evidence. */
export async function readAssessed(
  store: Pick<Store, 'checkpoint' | 'summary'>,
  rolloutId: string,
): Promise<Assessed | null> {
  const summary = assessedSchema.safeParse(await store.summary(checkpointName(rolloutId))).data
  if (summary) return summary
  try {
    return (await loadCheckpoint(store, rolloutId))?.checkpoint.assessed ?? null
  } catch (error) {
    if (error instanceof DamagedCheckpoint) return null
    throw error
  }
}

/**
 * Takes entries into the evidence, in place, in their order. Returns what the store is to remember of the users anew.
 */
export function observeEntries(
  engine: DecisionEngine<object>,
  { evidence, rollout }: { evidence: object; rollout: Rollout },
  entries: readonly LogEntry[],
  known: ReadonlyMap<string, UnitRecord>,
): Map<string, UnitRecord> {
  const changed = new Map<string, UnitRecord>()
  for (const entry of entries) {
    const { unit } = entry
    const memory = unit === null ? undefined : (changed.get(unit) ?? known.get(unit))
    const next = engine.observe(evidence, rollout, entry, memory)
    if (unit !== null && next !== undefined && next !== memory) changed.set(unit, { ...next })
  }
  return changed
}

/** The users that a page of the log names. */
export function unitsOf(entries: readonly LogEntry[]): string[] {
  return [...new Set(entries.map(({ unit }) => unit).filter((unit) => unit !== null))]
}

/** What the evidence calls for, given the rollout, the time and how the judge is doing. Pure. */
export function assessedBy(
  engine: DecisionEngine<object>,
  evidence: object,
  { rollout, at, judge, soak, heldSince, refused, highest = {}, series }: Omit<Assessed, 'assessment'>,
): Assessed {
  const course = { soak: soak ?? unwatched(rollout), heldSince, judge, refused, highest }
  const assessment = engine.assess(evidence, rollout, at, course)
  return { assessment, rollout, at, ...course, ...(series && { series }) }
}

/** The evidence of all passes so far, the one of this assessment among them. */
export function seriesOf({ series, assessment, at, rollout }: Assessed): EvidenceSeries {
  return withPoint(series, assessment, { at, ppm: sharePpm(rollout) })
}
