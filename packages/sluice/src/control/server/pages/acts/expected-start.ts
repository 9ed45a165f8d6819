import { z } from 'zod'
import { jsonIn } from '../../../../json.ts'
import { mostStages, rolloutSettingsSchema } from '../../../../records/rollout/rollout-settings.ts'
import type { VersionRecord } from '../../../../records/version.ts'
import { trafficFields } from '../../../pages/traffic-choice.ts'
import type { GivenTraffic } from '../../../plan/expected-traffic.ts'
import type { SuitedSettings } from '../../../plan/suited-settings.ts'
import { beingComputed } from '../../../words/end-forecast-text.ts'
import { type StartRequest, suitedStart } from '../../rollouts/change-rollout.ts'
import { expectedEnd } from '../../rollouts/refuse-undecidable.ts'
import type { Services } from '../../services.ts'
import { soon } from '../soon.ts'

/** The settings with which a rollout would start, and how it is expected to end. */
export interface ExpectedStart extends SuitedSettings {
  sentences: string[]
  /** Why it would be refused unless somebody accepts that it may end undecided. */
  undecidable: string | null
  /** How it ends is still being computed. */
  isUnderWay: boolean
}

/** The start that `sluice rollout start` would choose for this traffic, which must have been counted. */
export async function expectedStart(
  services: Services,
  { key, version, given }: { key: string; version: VersionRecord; given: GivenTraffic },
): Promise<ExpectedStart> {
  const start = await suitedStart(services, key, version, startTraffic(given))
  const end = await soon(services.clock, expectedEnd(services, { key, version, ...start, given }), null)
  const shown = end ?? { sentences: [beingComputed], undecidable: null }
  return { ...start, ...shown, isUnderWay: end === null }
}

/** The traffic as a request for a rollout says it. */
export function startTraffic({ perDay, users }: GivenTraffic): Pick<StartRequest, 'traffic'> {
  if (perDay === undefined && users === undefined) return {}
  return { traffic: { ...(perDay !== undefined && { requestsPerDay: perDay }), ...(users !== undefined && { users }) } }
}

/**
 * What is shown is what the form sends, whatever is published meanwhile. More stages than are allowed are left to be
 * refused.
 */
export function startHidden({ settings, judgePercent }: SuitedSettings, given: GivenTraffic): Record<string, string> {
  const isAllowed = settings.stages.length <= mostStages
  return {
    ...(isAllowed && { settings: JSON.stringify(z.encode(rolloutSettingsSchema, settings)) }),
    ...(judgePercent !== null && { judgePercent: String(judgePercent) }),
    ...trafficFields(given),
  }
}

const json = z.string().transform((text, context): unknown => {
  const value = jsonIn(text)
  if (value !== undefined) return value
  context.addIssue({ code: 'custom', message: 'must be that of the page' })
  return z.NEVER
})

const count = z.coerce.number().gt(0).max(1e9)
const fromAddress = count.optional().catch(undefined)

/**
 * What somebody says of the traffic, in the address of the page; what is no number is left out, and the page shows so.
 */
export const trafficQuery = z.object({ perDay: fromAddress, users: fromAddress })

/** The start of a rollout as the form sends it. */
export const sentStart = z.object({
  settings: json.pipe(rolloutSettingsSchema).exactOptional(),
  judgePercent: z.coerce.number().gt(0).max(100).exactOptional(),
  perDay: count.exactOptional(),
  users: count.exactOptional(),
})
