import { z } from 'zod'
import type { FeatureState } from '../../../../records/feature.ts'
import { versionIdField } from '../../../../records/names.ts'
import { ruleFor } from '../../../approval/approval-rule.ts'
import { proposalAddress } from '../../../pages/addresses.ts'
import type { Caller } from '../../access/caller.ts'
import { proposeRelease } from '../../approvals/propose.ts'
import type { Changed } from '../../change-feature.ts'
import { applyActivation, applyRollback } from '../../features/activate.ts'
import { applyStart } from '../../rollouts/change-rollout.ts'
import { ofFeature } from '../../route/fields.ts'
import type { Services } from '../../services.ts'
import { defineAct, defineOwnPage, type PageRoute } from '../page-route.ts'
import { visibleFeature } from '../visible-feature.ts'
import { actFields, attempt, nothingSent } from './act-attempt.ts'
import { type ExpectedStart, sentStart, startTraffic, trafficQuery } from './expected-start.ts'
import type { FeatureAct } from './feature-act-choices.ts'
import { featureActPage } from './feature-act-page.ts'

const scopes = ['operator'] as const
const breakGlass = z.literal('yes').optional()
const query = z.object({
  version: versionIdField.optional().catch(undefined),
  breakGlass: breakGlass.catch(undefined),
  page: z.coerce.number().int().min(1).max(10_000).default(1).catch(1),
  ...trafficQuery.shape,
})
const form = actFields.extend({
  version: versionIdField,
  acceptUndecided: z.literal('yes').optional(),
  breakGlass,
  ...sentStart.shape,
})

/**
 * Both steps of what is done to a feature as a whole. The version that it goes to is in the address, and in the form.
 */
export const featureActRoutes: readonly PageRoute[] = (['rollback', 'start', 'activate'] as const).flatMap((act) => [
  defineOwnPage({
    path: `/features/{feature}/${act}`,
    scopes,
    params: ofFeature,
    query,
    async show({ params, query: { version, page, breakGlass, perDay, users }, caller, session }, services) {
      const state = await visibleFeature(params.feature, caller, services)
      const asked = { act, state, version, page, breaksGlass: breakGlass === 'yes', given: { perDay, users } }
      return featureActPage(services, { ...asked, caller, session, sent: nothingSent, fault: null })
    },
  }),
  defineAct({
    path: `/features/{feature}/${act}`,
    scopes,
    params: ofFeature,
    form,
    async act({ params: { feature }, form: sentForm, request, requestId, caller, session }, services) {
      const { version, acceptUndecided, breakGlass, settings, judgePercent, perDay, users, ...fields } = sentForm
      const breaksGlass = breakGlass === 'yes'
      const given = { perDay, users }
      const start = {
        acceptUndecided: acceptUndecided === 'yes',
        ...(settings && { settings }),
        ...(judgePercent !== undefined && { judgePercent }),
        ...startTraffic(given),
      }
      const before = await visibleFeature(feature, caller, services)
      return attempt(
        { request, requestId, caller, form: fields, more: { version, breaksGlass, ...start } },
        ({ write, ...decision }) =>
          perform(services, { act, feature, version, before, breaksGlass, start, ...decision }, write),
        async (fault, sent) => {
          const state = await visibleFeature(feature, caller, services)
          const asked = { act, state, version, page: 1, breaksGlass, given, caller, session }
          return featureActPage(services, { ...asked, sent, fault })
        },
      )
    },
  }),
])

interface Decided {
  act: FeatureAct
  feature: string
  version: string
  before: FeatureState
  reason: string
  seen: number
  override: { override?: { reason: string } }
  /** Without the approval that it needs. */
  breaksGlass: boolean
  /** What a rollout starts with, as the page has shown it. */
  start: {
    acceptUndecided: boolean
    settings?: ExpectedStart['settings']
    judgePercent?: number
  } & ReturnType<typeof startTraffic>
}

type Write = { request: Request; caller: Caller; body: unknown }

async function perform(services: Services, decided: Decided, write: Write): Promise<Changed | string> {
  const { act, feature, version, before, reason, seen, override, breaksGlass, start } = decided
  if (act === 'rollback') {
    // The active one is what the page names; a canary has an act of its own.
    const from = before.active === null ? {} : { from: before.active }
    return applyRollback(services, write, feature, { ...from, to: version, reason, seen })
  }
  const release = { version, reason, ...override, ...(act === 'start' && start) }
  if (!breaksGlass && ruleFor(services, feature)) {
    const proposed = await proposeRelease(services, write, feature, { act, ...release, expectedRevision: seen })
    return proposalAddress(proposed.proposal.id)
  }
  const released = { ...release, seen, ...(breaksGlass && { breakGlass: { reason } }) }
  return act === 'start'
    ? applyStart(services, write, feature, released)
    : applyActivation(services, write, feature, released)
}
