import { z } from 'zod'
import { promptVersionSchema } from './prompt-version.ts'
import { ppmPerWhole } from './rollout/rollout-settings.ts'

const share = z.int().min(0).max(ppmPerWhole)

/** Which requests send their input and output along: shares of the requests by arm, in ppm. */
const captureSchema = z.object({ incumbent: share, canary: share })

/** A canary as routing needs it. */
const rolloutSnapshotSchema = z.object({
  id: z.string(),
  algorithm: z.literal('murmur3-x86-32/ppm'),
  salt: z.string(),
  stage: z.int(),
  ppm: share,
  incumbent: z.string(),
  canary: z.string(),
})

/** What a client needs to route requests of a feature. */
export const featureSnapshotSchema = z.object({
  active: z.string(),
  rollout: rolloutSnapshotSchema.exactOptional(),
  capture: captureSchema.exactOptional(),
  versions: z.record(z.string(), promptVersionSchema),
})

/** All that a client needs to route, as its protocol has it. */
export const snapshotSchema = z.object({
  schema: z.literal('sluice.snapshot/1'),
  epoch: z.string(),
  revision: z.int(),
  /** First 16 hex of the SHA-256 of the canonical JSON of `features`. */
  hash: z.string(),
  features: z.record(z.string(), featureSnapshotSchema),
})
