import { z } from 'zod'
import type { FeatureState } from '../../release/feature-state.ts'
import type { VersionRecord } from '../../release/version-record.ts'
import { verdictSchema } from '../../report/feature-report.ts'
import type { Caller } from '../access/caller.ts'
import type { Plane } from '../plane.ts'
import { rolloutView, rolloutViewOf } from './rollout-view.ts'
import { withTokenNames } from './token-names.ts'

const time = z.number().meta({ description: 'ms since the epoch' })

export const versionView = z.object({
  id: z.string(),
  label: z.string().nullable(),
  model: z.string(),
  publishedAt: time,
  publishedBy: z.string(),
  source: z.string().nullable(),
  settings: z.int().meta({ description: 'How often the settings of the version were published, 1-based.' }),
  report: z
    .object({
      verdict: verdictSchema,
      strength: z.enum(['strong', 'weak']).nullable(),
      exitCode: z.int(),
      runId: z.string(),
      startedAt: z.string(),
    })
    .nullable(),
})

/** A feature as it is answered. */
export const featureView = z.object({
  feature: z.string(),
  revision: z.int(),
  active: z.string().nullable(),
  history: z.array(
    z.object({
      version: z.string(),
      since: time,
      until: time.nullable(),
      ended: z.enum(['replaced', 'rolledBack']).nullable(),
      promoted: z.boolean(),
    }),
  ),
  rolledBack: z.array(z.string()).meta({ description: 'Versions that are never gone back to.' }),
  takenBack: z.object({ version: z.string(), at: time, by: z.string(), reason: z.string() }).nullable().meta({
    description: 'Set where the last change was a rollback or an abort: then another must say what it is for.',
  }),
  capture: z.object({ incumbent: z.number(), canary: z.number() }).nullable(),
  versions: z.array(versionView).meta({ description: 'Oldest first.' }),
  rollout: rolloutView.nullable().meta({ description: 'The running or last one.' }),
})

export type FeatureView = z.infer<typeof featureView>

export async function featureViewOf(plane: Plane, state: FeatureState, caller: Caller): Promise<FeatureView> {
  const { feature, revision, active, history, rolledBack, takenBack, capture, rollout } = state
  const [versions, assessment] = await Promise.all([
    plane.store.versions(feature),
    rollout ? plane.insight.assessment(rollout.id).then((found) => withTokenNames(found, caller, plane.store)) : null,
  ])
  return {
    feature,
    revision,
    active,
    history,
    rolledBack,
    takenBack,
    capture,
    versions: versions.map(versionViewOf),
    rollout: rollout && rolloutViewOf(rollout, assessment),
  }
}

type VersionView = z.infer<typeof versionView>

export function versionViewOf({ id, content, report, ...record }: VersionRecord): VersionView {
  const { publishedAt, publishedBy, source, settings = 1 } = record
  const gate = report && {
    verdict: report.verdict,
    strength: report.strength,
    exitCode: report.exitCode,
    runId: report.runId,
    startedAt: report.startedAt,
  }
  return {
    id,
    label: content.label ?? null,
    model: content.model,
    publishedAt,
    publishedBy,
    source,
    settings,
    report: gate,
  }
}
