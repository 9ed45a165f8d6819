import type { PromptVersion } from '@sluice/client'
import { z } from 'zod'
import { promptVersionSchema } from './prompt-version.ts'
import type { LiveSettings, RolloutSettings } from './rollout/rollout-settings.ts'
import { rubricItemSchema } from './rubric.ts'
import { timeField } from './time.ts'
import { strengthSchema, verdictSchema } from './verdict.ts'

/** What the gate said about a version, from its report. */
export const gateEvidenceSchema = z.object({
  verdict: verdictSchema,
  strength: strengthSchema.nullable(),
  exitCode: z.int(),
  runId: z.string(),
  startedAt: z.string(),
  sluiceVersion: z.string(),
  /** The feature's part of the report, without its cases but the names and scores of those that fell most. */
  summary: z.unknown(),
})

export type GateEvidence = z.infer<typeof gateEvidenceSchema>

/** `provider:model` and parameters of a model that judges. */
const judgeMemberSchema = z.object({ model: z.string(), parameters: z.record(z.string(), z.unknown()) })

/** The prompt file that a version was published from, as it is in a commit. */
export const versionOriginSchema = z.strictObject({
  commit: z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/, 'must be the whole hash of a commit'),
  repository: z
    .string()
    .max(300)
    .nullable()
    .meta({ description: '`owner/name`; null where neither CI nor the remote `origin` tells it.' }),
  project: z.string().max(1000).meta({ description: "The project's folder in it, empty or ending in a slash." }),
  file: z.string().min(1).max(1000).meta({ description: 'Relative to that folder.' }),
})

export type VersionOrigin = z.infer<typeof versionOriginSchema>

/**
 * A published prompt version. Its content never changes; its settings may, each time under a new number, and a later
 * report may replace the one before.
 */
export const versionSchema = z.object({
  feature: z.string(),
  /** 12 hex. */
  id: z.string(),
  content: promptVersionSchema,
  /** For judging live traffic with the gate's own questions. */
  rubric: z.array(rubricItemSchema),
  /** Who judges, as sluice.yaml says; null without a rubric. */
  judge: judgeMemberSchema
    .extend({
      panel: z.array(judgeMemberSchema).exactOptional(),
      cascade: z
        .object({
          first: judgeMemberSchema,
          second: judgeMemberSchema,
          when: z.array(z.string()),
          audit: z.number().min(0).max(1),
        })
        .exactOptional(),
    })
    .nullable(),
  rollout: z.looseObject({}),
  live: z.looseObject({}),
  /**
   * Those of the two that the prompt file holds itself, e.g. `rollout.stages`. Absent where the publisher did not say.
   */
  written: z.array(z.string()).exactOptional(),
  /** Absent in records of before: 1. */
  settings: z
    .int()
    .exactOptional()
    .meta({ description: 'How often the settings of the version were published, 1-based.' }),
  report: gateEvidenceSchema.nullable(),
  publishedAt: timeField,
  publishedBy: z.string(),
  /** Id of the token; absent in records of before. */
  publisherId: z.string().nullable().exactOptional(),
  /** Ids of the tokens that have published other settings, or another report, for it since; absent: none. */
  changedBy: z.array(z.string()).exactOptional(),
  /** Where it comes from, e.g. a commit. */
  source: z.string().nullable(),
  /** Absent where the file is in no commit as it was published, and in records of before. */
  origin: versionOriginSchema.exactOptional(),
})

/** The settings were whole when they were written, by the rules of then: what is read of them is not checked again. */
export interface VersionRecord extends z.infer<typeof versionSchema> {
  content: PromptVersion
  rollout: RolloutSettings
  live: LiveSettings
}
