import { z } from 'zod'
import { mostStages, rolloutSettingsSchema } from '../../../../records/rollout-settings.ts'
import type { VersionRecord } from '../../../../records/version.ts'
import type { SuitedSettings } from '../../../plan/suited-settings.ts'
import { beingComputed } from '../../../words/end-forecast-text.ts'
import { suitedStart } from '../../rollouts/change-rollout.ts'
import { expectedEnd } from '../../rollouts/refuse-undecidable.ts'
import type { Services } from '../../services.ts'
import { soon } from '../soon.ts'

/** With which settings a rollout would start, and how it is expected to end. */
export interface ExpectedStart extends SuitedSettings {
  sentences: string[]
  /** Why it would be refused unless somebody accepts that it may end undecided. */
  undecidable: string | null
  /** How it ends is still being computed. */
  isUnderWay: boolean
}

/** As `sluice rollout start` would start it. The traffic must have been counted. */
export async function expectedStart(services: Services, key: string, version: VersionRecord): Promise<ExpectedStart> {
  const start = await suitedStart(services, key, version)
  const end = await soon(services.clock, expectedEnd(services, { key, version, ...start }), null)
  const shown = end ?? { sentences: [beingComputed], undecidable: null }
  return { ...start, ...shown, isUnderWay: end === null }
}

/** What is shown is what the form sends, whatever is published meanwhile. More stages than are allowed are left to be refused. */
export function startHidden({ settings, judgePercent }: SuitedSettings): Record<string, string> {
  const isAllowed = settings.stages.length <= mostStages
  return {
    ...(isAllowed && { settings: JSON.stringify(z.encode(rolloutSettingsSchema, settings)) }),
    ...(judgePercent !== null && { judgePercent: String(judgePercent) }),
  }
}

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue({ code: 'custom', message: 'must be that of the page' })
    return z.NEVER
  }
})

/** The same as the form sends them. */
export const sentStart = z.object({
  settings: json.pipe(rolloutSettingsSchema).exactOptional(),
  judgePercent: z.coerce.number().gt(0).max(100).exactOptional(),
})
