import { z } from 'zod'
import { keptStageSchema } from './rollout/rollout.ts'
import type { RolloutSettings } from './rollout/rollout-settings.ts'
import { timeField } from './time.ts'

/** Somebody by their token. */
const personSchema = z.object({
  tokenId: z.string().nullable().meta({ description: 'Null: without a token, i.e. the control plane itself.' }),
  name: z.string(),
})

const override = z
  .string()
  .nullable()
  .meta({ description: 'Why it may go without a passing report; null: it has one.' })

const activateSchema = z.object({ act: z.literal('activate'), version: z.string(), override })

const startSchema = z.object({
  act: z.literal('start'),
  version: z.string(),
  settings: z.looseObject({ stages: z.array(keptStageSchema).min(1) }),
  judgePercent: z.number().exactOptional(),
  override,
  supersede: z.boolean(),
  acceptUndecided: z.boolean(),
  traffic: z.object({ requestsPerDay: z.number().exactOptional(), users: z.number().exactOptional() }).exactOptional(),
})

/** To a larger share, or to everybody, before the engine would do it. `version` is the canary. */
const widenSchema = z.object({ act: z.enum(['advance', 'promote']), version: z.string(), rolloutId: z.string() })

/** What a release does to a feature, with everything that it is done with. */
const proposedReleaseSchema = z.discriminatedUnion('act', [activateSchema, startSchema, widenSchema])

/** The settings were whole when it was proposed. */
export type ProposedRelease =
  | z.output<typeof activateSchema>
  | (z.output<typeof startSchema> & { settings: RolloutSettings })
  | z.output<typeof widenSchema>

export const approvalSchema = personSchema.extend({ at: timeField, reason: z.string().nullable() })

export type Approval = z.output<typeof approvalSchema>

/**
 * A release that waits for approval, or that was made without one. `lapsed`: what was proposed does not hold any more.
 * `unreviewed`: it was made without approval, and nobody else has looked at it yet.
 */
const proposalStateSchema = z.enum([
  ...(['open', 'done', 'rejected', 'withdrawn', 'lapsed'] as const),
  ...(['unreviewed', 'reviewed'] as const),
])

export const proposalSchema = z.object({
  id: z.string(),
  feature: z.string(),
  /** How often it was changed, 1-based; 0 before it is stored. */
  revision: z.int(),
  state: proposalStateSchema,
  /** The release that it would make. The key is an old one, which stored proposals have. */
  wish: proposedReleaseSchema,
  label: z.string().nullable().meta({ description: 'Of the version; null: it has none.' }),
  reason: z.string().nullable(),
  does: z.array(z.string()).meta({ description: 'What it brings, a sentence each, as it was known when proposed.' }),
  proposedBy: personSchema,
  proposedAt: timeField,
  expiresAt: timeField.nullable().meta({ description: 'Null: made without approval, which does not expire.' }),
  seen: z.int().meta({ description: "The feature's revision that it is based on." }),
  epoch: z.string().meta({ description: 'Of the store when it was proposed.' }),
  basis: z.string().meta({ description: 'Hash of the version, its settings and the report of its gate.' }),
  approvals: z.array(approvalSchema).meta({ description: 'Oldest first.' }),
  ended: personSchema
    .extend({ at: timeField, reason: z.string().nullable() })
    .nullable()
    .meta({ description: 'Null while somebody has to see to it.' }),
  rolloutId: z.string().nullable().meta({ description: 'Of the rollout that was begun by it.' }),
})

export interface Proposal extends z.output<typeof proposalSchema> {
  wish: ProposedRelease
}
