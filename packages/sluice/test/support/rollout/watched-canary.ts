import { assess } from '../../../src/control/rollout/assessment/assess.ts'
import type { Assessment } from '../../../src/control/rollout/assessment/assessment.ts'
import { type EvidenceSeries, withPoint } from '../../../src/control/rollout/assessment/evidence-series.ts'
import { highestOf } from '../../../src/control/rollout/assessment/figures.ts'
import { newEvidence } from '../../../src/control/rollout/evidence/evidence.ts'
import type { UnitMemory } from '../../../src/control/rollout/evidence/unit-memory.ts'
import { observe } from '../../../src/control/rollout/observe/observe.ts'
import type { EngineState } from '../../../src/control/server/engine-state.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'
import { type TestPlane, testPlane } from '../control-plane/control-plane.ts'
import { entryOf, watched } from './rollout-entries.ts'

/** What the engine is to know of rollouts, by their ids; tests fill it. */
export interface KnownCanaries {
  assessments: Map<string, Assessment>
  recorded: Map<string, { at: number; series: EvidenceSeries }>
}

/** A control plane whose engine knows what a test says. */
export async function planeThatKnows(known: KnownCanaries): Promise<TestPlane> {
  const engineState: EngineState = {
    assessment: async (id) => known.assessments.get(id) ?? null,
    recorded: async (id) => known.recorded.get(id) ?? null,
    drift: async () => null,
  }
  return testPlane({ engineState })
}

export const nothingKnown = (): KnownCanaries => ({ assessments: new Map(), recorded: new Map() })

/** A feature with an incumbent and a canary that has just started. */
export async function startCanary(plane: TestPlane, feature: string): Promise<Rollout> {
  const incumbent = await plane.publish(feature, `good ${feature}`)
  const version = await plane.publish(feature, `bad ${feature}`)
  const body = { version: incumbent, reason: 'launch' }
  await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'operator', body })
  await plane.ask(`POST /v1/features/${feature}/rollouts`, { as: 'operator', body: { version, settings } })
  const rollout = (await plane.store.feature(feature))?.rollout
  if (!rollout) throw new Error('the rollout did not start')
  return rollout
}

const settings = {
  stages: [
    { percent: 20, soak: '6h' },
    { percent: 50, soak: '6h' },
  ],
}

const lookMs = 120_000

/**
 * Looks, two minutes apart, at a canary whose scores are lower by `worseBy` from the fourth look on. Each look sees so
 * many users more, of which every fifth gets the canary.
 */
export function watchCanary(
  rollout: Rollout,
  known: KnownCanaries,
  { worseBy = 0.1, looks = 24, users = 100 } = {},
): void {
  const evidence = newEvidence(rollout)
  const memory = new Map<string, UnitMemory>()
  let highest = {}
  let series: EvidenceSeries | undefined
  for (let look = 1; look <= looks; look += 1) {
    const now = rollout.startedAt + look * lookMs
    for (let index = 0; index < users; index += 1) {
      const canary = index % 5 === 0
      const user = { id: `u${look}-${index}`, position: canary ? 100 : 900_000 }
      const place = { user, canary, stage: 0, at: now - lookMs + index * 1000 }
      const of = {
        feature: rollout.feature,
        rolloutId: rollout.id,
        version: canary ? rollout.canary : rollout.incumbent,
      }
      const less = canary && look > 3 ? worseBy : 0
      const score = [0.82, 0.95, 0.9, 1, 0.86, 0.97, 0.91][((index / 5 + look) % 7) | 0] ?? 1
      const error = index % 33 === 0 ? 'timeout' : null
      for (const entry of [
        entryOf(place, { kind: 'request', ...of, error, latencyMs: 900 + 11 * index, costUsd: 0.0021 }),
        entryOf(place, { kind: 'score', ...of, score: score - less }),
      ]) {
        const seq = evidence.cursor + 1
        memory.set(user.id, observe(evidence, rollout, { ...entry, seq }, memory.get(user.id) ?? {}))
      }
    }
    const assessment = assess(evidence, rollout, now, { ...watched(rollout, now), highest })
    highest = highestOf(assessment.figures)
    series = withPoint(series, assessment, { at: now, ppm: 200_000 })
    known.assessments.set(rollout.id, assessment)
    known.recorded.set(rollout.id, { at: now, series })
  }
}
