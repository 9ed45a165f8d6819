import { z } from 'zod'
import { appliedSchema } from '../../records/applied.ts'
import { storedContentSchema } from '../../records/content.ts'
import { activationSchema, featureSchema, takenBackSchema } from '../../records/feature.ts'
import { environmentRevisionSchema, instanceViewSchema } from '../../records/instance.ts'
import { loopFaultSchema } from '../../records/loop-fault.ts'
import { approvalSchema, proposalSchema } from '../../records/proposal.ts'
import { armSummarySchema, figuresSchema, tokenShareSchema } from '../../records/rollout/assessment.ts'
import { endForecastSchema } from '../../records/rollout/end-chances.ts'
import { trafficAnswerSchema } from '../../records/rollout/measured-traffic.ts'
import { keptStageSchema, rolloutSchema } from '../../records/rollout/rollout.ts'
import { tokenViewSchema } from '../../records/token.ts'
import { gateEvidenceSchema, versionSchema } from '../../records/version.ts'

/*
 * What commands read of the control plane's answers. Keys that they do not read are let through, so that a newer
 * server answers an older command line. All times in ms since the epoch.
 */

const { steps, calls, meanScore } = armSummarySchema.shape
const rate = meanScore.optional()
/** What is shown of an arm beside the figures. */
const armAnswer = armSummarySchema
  .pick({ requests: true, users: true })
  .extend({
    steps: steps.unwrap().loose().optional(),
    calls: calls.unwrap().loose().optional(),
    ...{ meanScore: rate, errorRate: rate, slowRate: rate, refusalRate: rate, invalidRate: rate, meanFeedback: rate },
  })
  .loose()

const versionAnswer = versionSchema
  .pick({ id: true, publishedAt: true })
  .extend({
    label: z.string().nullable(),
    model: z.string(),
    report: gateEvidenceSchema
      .pick({ verdict: true, exitCode: true, runId: true })
      .extend({ strength: z.string().nullish() })
      .loose()
      .nullable(),
  })
  .loose()

export const publishedAnswer = versionAnswer.extend({
  changes: z
    .array(z.looseObject({ setting: z.string(), before: z.unknown(), after: z.unknown(), effect: z.string() }))
    .default([]),
  notes: z.array(z.string()).default([]),
})

const byArm = z.looseObject({ incumbent: z.int(), canary: z.int() })

const tokenShareAnswer = tokenShareSchema
  .pick({ tokenId: true, name: true, wider: true, share: true, impossible: true, leftOut: true })
  .loose()
  .extend({ requests: byArm.optional(), errors: byArm.optional() })

const placeShareAnswer = z.looseObject({ id: z.string().nullable(), tokenId: z.string().nullable(), share: z.number() })

const figures = figuresSchema.shape
const signalFigures = figures.signals.element
const judgedArm = figures.judged.shape.canary.loose()
const counted = signalFigures.shape.canary.unwrap().loose().nullable()
const height = signalFigures.shape.highest.unwrap().loose()

/** What commands read of an assessment in numbers. */
const figuresAnswer = figuresSchema.loose().extend({
  signals: z.array(
    signalFigures.loose().extend({
      incumbent: counted,
      canary: counted,
      difference: signalFigures.shape.difference.unwrap().loose().nullable(),
      highest: height.nullable(),
      proof: signalFigures.shape.proof.unwrap().loose().nullable(),
    }),
  ),
  users: figures.users.loose(),
  judged: z.looseObject({ incumbent: judgedArm, canary: judgedArm }),
  against: figures.against.loose().extend({ highest: height }),
  missing: z.array(figures.missing.element.loose().extend({ unit: z.string(), why: z.string().optional() })),
})

const signalAnswer = z.looseObject({
  signal: z.string(),
  weight: z.number(),
  logE: z.number().nullable(),
  difference: z.number().nullable(),
})

const soakAnswer = z.looseObject({
  stage: z.int().optional(),
  soakedMs: z.number(),
  counting: z.boolean(),
  heardAt: z.number().nullable(),
})

export const rolloutAnswer = rolloutSchema
  .pick({
    id: true,
    feature: true,
    incumbent: true,
    canary: true,
    stage: true,
    enteredAt: true,
    startedAt: true,
    startedBy: true,
    override: true,
    endedAt: true,
  })
  .extend({
    environment: z.string().nullish(),
    settings: z.looseObject({
      advance: z.string().optional(),
      onUndecided: z.string().optional(),
      signals: z
        .looseObject({
          score: z.number(),
          errors: z.number().optional(),
          slow: z.number().optional(),
          safety: z.number().optional(),
          feedback: z.number().optional(),
        })
        .optional(),
      stages: z.array(keptStageSchema),
    }),
    status: z.string(),
    state: z.string(),
    ppm: z.int(),
    ending: z.looseObject({ by: z.string(), reason: z.string(), why: z.string().optional() }).nullable(),
    /** Absent from older servers. */
    strength: z.string().nullish(),
    judging: z
      .looseObject({
        spentTodayUsd: z.number(),
        budgetUsdPerDay: z.number().nullable(),
        judges: z.boolean().optional(),
        stoppedAt: z.number().nullish(),
      })
      .optional(),
    assessedAt: z.number().nullish(),
    page: z.string().nullish(),
    judge: z.looseObject({ model: z.string(), words: z.string(), startedAt: z.string().nullable() }).nullish(),
    excluded: z.array(z.string()).optional(),
    assessment: z
      .looseObject({
        words: z.string(),
        soak: soakAnswer.optional(),
        tokens: z.array(tokenShareAnswer).optional(),
        figures: figuresAnswer.optional(),
        signals: z.array(signalAnswer).optional(),
        threshold: z.number().optional(),
        alerts: z.array(z.looseObject({ message: z.string() })).optional(),
        incumbent: armAnswer.optional(),
        canary: armAnswer.optional(),
        places: z.record(z.string(), z.array(placeShareAnswer)).optional(),
      })
      .nullable(),
  })
  .loose()

export const featureAnswer = featureSchema
  .pick({ feature: true, revision: true, active: true })
  .extend({
    history: z.array(activationSchema.pick({ version: true, since: true, until: true }).loose()),
    versions: z.array(versionAnswer),
    environment: z.string().nullish(),
    takenBack: takenBackSchema.pick({ version: true }).loose().nullish(),
    rollout: rolloutAnswer.nullable(),
  })
  .loose()

export const featuresAnswer = z.looseObject({ features: z.array(featureAnswer), pages: z.string().nullish() })

/** A release that waits for approval, or that was made without one. */
export const proposalAnswer = proposalSchema
  .pick({ id: true, feature: true, label: true, reason: true, does: true, proposedAt: true, expiresAt: true })
  .extend({
    environment: z.string().nullish(),
    state: z.string(),
    wish: z.looseObject({ act: z.string(), version: z.string() }),
    proposedBy: z.looseObject({ name: z.string() }),
    approvals: z.array(approvalSchema.pick({ name: true }).loose()),
    missing: z.int(),
    approvers: z.union([z.looseObject({ role: z.string() }), z.array(z.string())]).nullable(),
    lapsed: z.string().nullable(),
    rolloutId: z.string().nullable(),
    ended: z.looseObject({ name: z.string(), at: z.number(), reason: z.string().nullable() }).nullable(),
  })
  .loose()

export const proposalsAnswer = z.looseObject({ proposals: z.array(proposalAnswer), unreadable: z.int().default(0) })

/** How far a change has come among the live instances. */
const appliedAnswer = appliedSchema.loose().extend({
  incumbentsOnly: appliedSchema.shape.incumbentsOnly.default(0),
  silent: z.array(appliedSchema.shape.silent.element.loose()).default([]),
  uncounted: appliedSchema.shape.uncounted.default(false),
})

export const releasedAnswer = z.looseObject({
  feature: featureAnswer,
  revision: z.int(),
  applied: appliedAnswer.nullable(),
})

/** What the loops of the replica that answered keep failing at. */
export const readyAnswer = z.looseObject({
  failing: z.array(loopFaultSchema.omit({ since: true }).loose()).default([]),
  /** An older server names all to everybody. */
  unnamed: z.int().default(0),
})

export const instancesAnswer = z.looseObject({
  current: z.looseObject({ epoch: z.string().optional(), revision: z.int() }),
  /** Absent from older servers. */
  environments: z.array(environmentRevisionSchema.loose()).optional(),
  instances: z.array(
    instanceViewSchema
      .pick({ instance: true, client: true, revision: true, stale: true, seenAt: true, upToDate: true })
      .loose()
      .extend({
        epoch: z.string().optional(),
        environment: z.string().nullish(),
        silent: z.boolean().default(false),
        mayServeUntil: z.number().nullish(),
      }),
  ),
  /** Absent where an older server does not tell. */
  leaders: z.array(z.looseObject({ work: z.string(), replica: z.string() })).optional(),
})

export const tokenAnswer = tokenViewSchema.loose()

export const tokensAnswer = z.looseObject({ tokens: z.array(tokenAnswer) })
export const newTokenAnswer = z.looseObject({ token: z.string(), record: tokenAnswer })

export const contentsAnswer = z.looseObject({ contents: z.array(storedContentSchema.loose()) })

export const forgottenAnswer = z.looseObject({
  contents: z.int(),
  memories: z.int(),
  entries: z.array(z.looseObject({ feature: z.string(), rolloutId: z.string().nullable(), entries: z.int() })),
  until: z.number(),
})

export const driftAnswer = z.looseObject({
  feature: z.string(),
  drift: z
    .looseObject({
      version: z.string(),
      since: z.number(),
      /** Why it says nothing of the present; null where it does, absent from older servers. */
      past: z.string().nullable().optional(),
      signals: z.array(z.looseObject({ signal: z.string(), words: z.string() })),
      events: z.array(z.looseObject({ at: z.number(), words: z.string() })),
    })
    .nullable(),
  /** Absent from older servers. */
  watched: z.boolean().optional(),
})

/** How a running rollout is expected to end; a newer server may know other reasons why it cannot say. */
export const forecastAnswer = z.looseObject({
  forecast: endForecastSchema.loose().nullable(),
  unknown: z.string().nullable(),
  at: z.number(),
})

export type ForecastAnswer = z.output<typeof forecastAnswer>
export type DriftAnswer = z.output<typeof driftAnswer>

const { shape: traffic } = trafficAnswerSchema

export const trafficAnswer = trafficAnswerSchema.loose().extend({
  traffic: traffic.traffic.unwrap().loose().nullable(),
  written: traffic.written.default(null),
  /** Absent from older servers, which know no `traffic` and `acceptUndecided` of a start. */
  refusesUndecided: z.boolean().optional(),
  judges: traffic.judges.optional(),
  live: traffic.live.loose().extend({ judge: traffic.live.shape.judge.loose() }),
})

export type TrafficAnswer = z.output<typeof trafficAnswer>
export type ForgottenAnswer = z.output<typeof forgottenAnswer>
export type PublishedAnswer = z.output<typeof publishedAnswer>
export type VersionAnswer = z.output<typeof versionAnswer>
export type RolloutAnswer = z.output<typeof rolloutAnswer>
export type FeatureAnswer = z.output<typeof featureAnswer>
export type ProposalAnswer = z.output<typeof proposalAnswer>
export type AppliedAnswer = z.output<typeof appliedAnswer>
export type ReleasedAnswer = z.output<typeof releasedAnswer>
export type ProposalsAnswer = z.output<typeof proposalsAnswer>
export type FailingAnswer = z.output<typeof readyAnswer>
export type InstancesAnswer = z.output<typeof instancesAnswer>
export type TokenAnswer = z.output<typeof tokenAnswer>
