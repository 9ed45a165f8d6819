import { z } from 'zod'
import { plainFeature, shownKey } from '../../../../core/suite/config/environments.ts'
import type { FeatureState } from '../../../../records/feature.ts'
import type { MeasuredTraffic } from '../../../../records/measured-traffic.ts'
import { versionIdField } from '../../../../records/names.ts'
import type { VersionRecord } from '../../../../records/version.ts'
import { ruleFor } from '../../../approval/approval-rule.ts'
import { releaseOrder } from '../../../approval/release-order.ts'
import { actPage } from '../../../pages/act.ts'
import { featureActAddress, featureAddress, proposalAddress } from '../../../pages/addresses.ts'
import type { NamedVersion, StateTone } from '../../../pages/elements.ts'
import type { PageContent } from '../../../pages/layout.ts'
import { goodVersions } from '../../../release/activation.ts'
import { isJudgedLive } from '../../../release/capture.ts'
import { runningRollout } from '../../../release/transition.ts'
import {
  activationConsequence,
  type Consequence,
  featureRollbackConsequence,
  judgingText,
  rolledBackBefore,
  startConsequence,
} from '../../../words/act-text.ts'
import type { Caller } from '../../access/caller.ts'
import type { Session } from '../../access/sessions.ts'
import { proposeRelease } from '../../approvals/propose.ts'
import type { Changed } from '../../change-feature.ts'
import { applyActivation, applyRollback } from '../../features/activate.ts'
import { notFound } from '../../http/problem.ts'
import { applyStart } from '../../rollouts/change-rollout.ts'
import { ofFeature } from '../../route/fields.ts'
import type { Services } from '../../services.ts'
import { gateRefusal } from '../../versions/releasable.ts'
import { defineAct, defineOwnPage, type PageRoute } from '../page-route.ts'
import { soon } from '../soon.ts'
import { namedVersion, visibleFeature } from '../visible-feature.ts'
import { actApproval } from './act-approval.ts'
import { actFields, attempt, formBasics, nothingSent, type Sent } from './act-attempt.ts'
import { changeReach } from './act-reach.ts'
import { type ExpectedStart, expectedStart, sentStart, startHidden } from './expected-start.ts'
import {
  actEvent,
  choicesOf,
  earlierOf,
  type FeatureAct,
  featureActRefusal,
  noChoices,
  noGoodVersion,
  noOtherVersion,
  othersOf,
  rollbackBefore,
} from './feature-act-choices.ts'

const scopes = ['operator'] as const
const breakGlass = z.literal('yes').optional()
const query = z.object({
  version: versionIdField.optional().catch(undefined),
  breakGlass: breakGlass.catch(undefined),
  page: z.coerce.number().int().min(1).max(10_000).default(1).catch(1),
})
const form = actFields.extend({
  version: versionIdField,
  acceptUndecided: z.literal('yes').optional(),
  breakGlass,
  ...sentStart.shape,
})

/** Both steps of what is done to a feature as a whole. The version that it goes to is in the address, and in the form. */
export const featureActRoutes: readonly PageRoute[] = (['rollback', 'start', 'activate'] as const).flatMap((act) => [
  defineOwnPage({
    path: `/features/{feature}/${act}`,
    scopes,
    params: ofFeature,
    query,
    async show({ params, query: { version, page, breakGlass }, caller, session }, services) {
      const state = await visibleFeature(params.feature, caller, services)
      const breaksGlass = breakGlass === 'yes'
      return pageOf(services, { act, state, version, page, breaksGlass, session, sent: nothingSent, fault: null })
    },
  }),
  defineAct({
    path: `/features/{feature}/${act}`,
    scopes,
    params: ofFeature,
    form,
    async act({ params: { feature }, form: sentForm, request, caller, session }, services) {
      const { version, acceptUndecided, breakGlass, settings, judgePercent, ...fields } = sentForm
      const breaksGlass = breakGlass === 'yes'
      const start = {
        acceptUndecided: acceptUndecided === 'yes',
        ...(settings && { settings }),
        ...(judgePercent !== undefined && { judgePercent }),
      }
      const before = await visibleFeature(feature, caller, services)
      return attempt(
        { request, caller, form: fields, more: { version, breaksGlass, ...start } },
        ({ write, ...decision }) =>
          perform(services, { act, feature, version, before, breaksGlass, start, ...decision }, write),
        async (fault, sent) => {
          const state = await visibleFeature(feature, caller, services)
          return pageOf(services, { act, state, version, page: 1, breaksGlass, session, sent, fault })
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
  start: { acceptUndecided: boolean; settings?: ExpectedStart['settings']; judgePercent?: number }
}

type Write = { request: Request; caller: Caller; body: unknown }

async function perform(services: Services, decided: Decided, write: Write): Promise<Changed | string> {
  const { act, feature, version, before, reason, seen, override, breaksGlass, start } = decided
  if (act === 'rollback') {
    // The active one is what the page names; a canary has an act of its own.
    const from = before.active === null ? {} : { from: before.active }
    return applyRollback(services, write, feature, { ...from, to: version, reason, seen })
  }
  const wish = { version, reason, ...override, ...(act === 'start' && start) }
  if (!breaksGlass && ruleFor(services, feature)) {
    const proposed = await proposeRelease(services, write, feature, { act, ...wish, expectedRevision: seen })
    return proposalAddress(proposed.proposal.id)
  }
  const released = { ...wish, seen, ...(breaksGlass && { breakGlass: { reason } }) }
  return act === 'start'
    ? applyStart(services, write, feature, released)
    : applyActivation(services, write, feature, released)
}

interface Asked {
  act: FeatureAct
  state: FeatureState
  version: string | undefined
  /** Of the versions to choose from. */
  page: number
  breaksGlass: boolean
  session: Session
  sent: Sent
  fault: string | null
}

async function pageOf(services: Services, asked: Asked): Promise<PageContent> {
  const { act, state, session, sent, fault } = asked
  const { feature, active, rollout } = state
  const wanted = asked.version ?? (act === 'rollback' ? goodVersions(state)[0] : undefined)
  const [activeName, version] = await Promise.all([
    active === null ? null : namedVersion(services, feature, active),
    wanted === undefined ? undefined : services.kept.version(feature, wanted),
  ])
  if (asked.version !== undefined && !version) throw notFound(`${feature} has no version ${asked.version}.`)
  const shownName = shownKey(feature, services.environments)
  const name = version ? (version.content.label ?? version.id) : null
  const words = actWords[act]
  const gate = version && act !== 'rollback' ? gateRefusal(version) : null
  const refusal = version
    ? featureActRefusal(services, act, state, version)
    : act === 'rollback'
      ? noGoodVersion(state)
      : null
  const counted = version ? await soon(services.clock, services.endForecasts.traffic(feature), counting) : null
  const isCounting = counted === counting
  const mayStart = act === 'start' && version !== undefined && refusal === null
  const start = mayStart && !isCounting ? await expectedStart(services, feature, version) : null
  const { choices, choicesPage } = version ? noChoices : await choicesOf(services, state, asked)
  const address = `${featureActAddress(feature, act)}${version ? `?version=${version.id}` : ''}`
  const early = version ? (await releaseOrder(services, state, actEvent(act, state, version))).fault : null
  const approval =
    act === 'rollback' ? null : actApproval(services, feature, { breaksGlass: asked.breaksGlass, address, early })
  const before = version && act !== 'rollback' ? rolledBackBefore(state, version) : null
  const made = act === 'rollback' ? await rollbackBefore(services, state) : []
  const isTooEarly = early !== null && act !== 'rollback'
  const others = isTooEarly && version ? earlierOf(services, feature, version) : othersOf(act, state, version)
  const isWithoutChoice = act !== 'rollback' && !version && choices.length === 0
  return actPage({
    title: words.title(name),
    feature: shownName,
    versions: [
      ...(activeName ? [{ role: 'everybody gets', version: activeName }] : []),
      ...(version ? [{ role: words.role, version: { id: version.id, label: version.content.label ?? null } }] : []),
    ],
    state: stateOf(state),
    consequence: version
      ? await consequenceOf(services, asked, { version, active: activeName, traffic: counted, start })
      : null,
    reach: version ? await changeReach(services, state) : null,
    known: [...made, ...(start?.sentences ?? (mayStart ? [stagesComeLater] : []))],
    isUnderWay: isCounting || start?.isUnderWay === true,
    choices,
    choicesPage,
    others: isWithoutChoice ? [] : [...others, ...(version ? (approval?.others ?? []) : [])],
    notes: [...(before === null ? [] : [before]), ...(approval?.notes ?? [])],
    refusal: isWithoutChoice ? noOtherVersion(plainFeature(feature)) : (refusal ?? approval?.refusal ?? null),
    fault,
    form:
      version && (start || act !== 'start')
        ? {
            ...formBasics(services, session, state, sent),
            button: words.button,
            isDanger: act !== 'start',
            ...approval?.form,
            hidden: { version: version.id, ...(start && startHidden(start)), ...approval?.hidden },
            undecidable: start?.undecidable ?? null,
            override: gate === null ? null : { why: `It has not passed: ${gate}.`, text: sent.override },
          }
        : null,
    back: { address: featureAddress(feature), text: shownName },
  })

  function stateOf({ active, rollout: last }: FeatureState): { tone: StateTone; text: string } {
    if (active === null) return { tone: 'unknown', text: 'No version is active' }
    return last && runningRollout(state)
      ? { tone: 'watch', text: `The rollout ${rollout?.id} is ${last.status}` }
      : { tone: 'unknown', text: 'No rollout runs' }
  }
}

const named = (name: string | null, text: string, without: string) => (name === null ? without : `${text} ${name}`)

const actWords: Record<FeatureAct, { title(name: string | null): string; role: string; button: string }> = {
  rollback: {
    title: (name) => named(name, 'Roll back to', 'Roll back'),
    role: 'goes back to',
    button: 'Roll back',
  },
  start: {
    title: (name) => named(name, 'Start a rollout of', 'Start a rollout: of which version?'),
    role: 'canary',
    button: 'Start the rollout',
  },
  activate: {
    title: (name) => named(name, 'Give to everybody:', 'Activate: which version?'),
    role: 'will be given',
    button: 'Activate',
  },
}

/** How much traffic there is takes seconds to count the first time. */
const counting = 'counting' as const
const stagesComeLater = 'Its stages depend on the traffic, which is being counted: look again in some seconds.'

interface Effect {
  version: VersionRecord
  active: NamedVersion | null
  traffic: MeasuredTraffic | typeof counting | null
  start: ExpectedStart | null
}

async function consequenceOf(
  services: Services,
  { act, state }: Asked,
  { version, active, traffic, start }: Effect,
): Promise<Consequence | null> {
  const facts = {
    active: active && (active.label ?? active.id),
    version: version.content.label ?? version.id,
    traffic: traffic === counting ? counting : traffic && { users: traffic.users, hours: traffic.hours },
  }
  if (act === 'start') {
    const { settings } = start ?? {}
    if (!start || !settings) return null
    return startConsequence({ ...facts, settings, judging: judgingText(version, start), judges: isJudgedLive(version) })
  }
  if (act === 'activate') return activationConsequence(facts)
  const running = runningRollout(state)
  const canary = running && (await namedVersion(services, state.feature, running.canary))
  return featureRollbackConsequence({ ...facts, endsRollout: canary ? (canary.label ?? canary.id) : null })
}
