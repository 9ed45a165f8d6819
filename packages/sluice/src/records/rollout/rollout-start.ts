import { z } from 'zod'
import { reasonField } from '../audit-row.ts'
import { versionIdField } from '../names.ts'
import { rolloutSettingsSchema } from './rollout-settings.ts'

/** What somebody starts a rollout with. */
export const rolloutStartSchema = z.strictObject({
  version: versionIdField,
  settings: rolloutSettingsSchema.exactOptional().meta({
    description:
      "Instead of the version's own, which are adapted to the traffic where its prompt file leaves them open.",
  }),
  judgePercent: z.number().gt(0).max(100).exactOptional().meta({
    description:
      "Share of the requests that is judged while it runs, instead of the version's own, which is adapted likewise.",
  }),
  /** Why it may start without a passing report. */
  override: z.strictObject({ reason: reasonField }).exactOptional(),
  reason: reasonField.exactOptional(),
  supersede: z.boolean().exactOptional().meta({ description: 'Ends a running rollout instead of refusing.' }),
  acceptUndecided: z.boolean().exactOptional().meta({
    description: 'Starts it though the traffic cannot decide it before patience ends, which is refused otherwise.',
  }),
  traffic: z
    .strictObject({
      requestsPerDay: z.number().gt(0).max(1e9).exactOptional(),
      users: z.number().gt(0).max(1e9).exactOptional().meta({ description: 'Distinct ones in a week.' }),
    })
    .exactOptional()
    .meta({ description: 'What to expect instead of what the log tells; recorded in the audit log.' }),
})

export type RolloutStart = z.output<typeof rolloutStartSchema>
