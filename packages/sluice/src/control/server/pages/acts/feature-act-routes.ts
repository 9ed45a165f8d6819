import { z } from 'zod'
import type { FeatureState } from '../../../../records/feature.ts'
import { versionIdField } from '../../../../records/names.ts'
import type { VersionRecord } from '../../../../records/version.ts'
import { ruleFor } from '../../../approval/approval-rule.ts'
import { actPage } from '../../../pages/act.ts'
import { featureActAddress, featureAddress, proposalAddress } from '../../../pages/addresses.ts'
import type { NamedVersion, StateTone } from '../../../pages/elements.ts'
import type { PageContent } from '../../../pages/layout.ts'
import type { SuitedSettings } from '../../../plan/suited-settings.ts'
import { goodVersions } from '../../../release/activation.ts'
import { runningRollout } from '../../../release/transition.ts'
import {
  activationConsequence,
  type Consequence,
  featureRollbackConsequence,
  judgingText,
  startConsequence,
} from '../../../words/act-text.ts'
import type { Caller } from '../../access/caller.ts'
import type { Session } from '../../access/sessions.ts'
import { proposeRelease } from '../../approvals/propose.ts'
import type { Changed } from '../../change-feature.ts'
import { applyActivation, applyRollback } from '../../features/activate.ts'
import { notFound } from '../../http/problem.ts'
import { applyStart, suitedStart } from '../../rollouts/change-rollout.ts'
import { tellEnd } from '../../rollouts/refuse-undecidable.ts'
import { ofFeature } from '../../route/fields.ts'
import type { Services } from '../../services.ts'
import { gateRefusal } from '../../versions/releasable.ts'
import { defineAct, defineOwnPage, type PageRoute } from '../page-route.ts'
import { namedVersion, visibleFeature } from '../visible-feature.ts'
import { actApproval } from './act-approval.ts'
import { actFields, attempt, formBasics, nothingSent, type Sent } from './act-attempt.ts'
import { changeReach } from './act-reach.ts'
import { choicesOf, type FeatureAct, featureActRefusal, noGoodVersion, othersOf } from './feature-act-choices.ts'

const scopes = ['operator'] as const
const breakGlass = z.literal('yes').optional()
const query = z.object({
  version: versionIdField.optional().catch(undefined),
  breakGlass: breakGlass.catch(undefined),
})
const form = actFields.extend({
  version: versionIdField,
  acceptUndecided: z.literal('yes').optional(),
  breakGlass,
})

/** Both steps of what is done to a feature as a whole. The version that it goes to is in the address, and in the form. */
export const featureActRoutes: readonly PageRoute[] = (['rollback', 'start', 'activate'] as const).flatMap((act) => [
  defineOwnPage({
    path: `/features/{feature}/${act}`,
    scopes,
    params: ofFeature,
    query,
    async show({ params, query: { version, breakGlass }, caller, session }, services) {
      const state = await visibleFeature(params.feature, caller, services)
      const breaksGlass = breakGlass === 'yes'
      return pageOf(services, { act, state, version, breaksGlass, session, sent: nothingSent, fault: null })
    },
  }),
  defineAct({
    path: `/features/{feature}/${act}`,
    scopes,
    params: ofFeature,
    form,
    async act({ params: { feature }, form: sentForm, request, caller, session }, services) {
      const { version, acceptUndecided, breakGlass, ...fields } = sentForm
      const [accepts, breaksGlass] = [acceptUndecided === 'yes', breakGlass === 'yes']
      const before = await visibleFeature(feature, caller, services)
      return attempt(
        { request, caller, form: fields, more: { version, accepts, breaksGlass } },
        ({ write, ...decision }) =>
          perform(services, { act, feature, version, before, accepts, breaksGlass, ...decision }, write),
        async (fault, sent) => {
          const state = await visibleFeature(feature, caller, services)
          return pageOf(services, { act, state, version, breaksGlass, session, sent, fault })
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
  /** That it may end undecided. */
  accepts: boolean
  /** Without the approval that it needs. */
  breaksGlass: boolean
}

type Write = { request: Request; caller: Caller; body: unknown }

async function perform(services: Services, decided: Decided, write: Write): Promise<Changed | string> {
  const { act, feature, version, before, reason, seen, override, breaksGlass } = decided
  if (act === 'rollback') {
    // The active one is what the page names; a canary has an act of its own.
    const from = before.active === null ? {} : { from: before.active }
    return applyRollback(services, write, feature, { ...from, to: version, reason, seen })
  }
  const wish = { version, reason, ...override, ...(act === 'start' && (await startOf(services, decided))) }
  if (!breaksGlass && ruleFor(services.approvals, feature)) {
    const proposed = await proposeRelease(services, write, feature, { act, ...wish, expectedRevision: seen })
    return proposalAddress(proposed.proposal.id)
  }
  const released = { ...wish, seen, ...(breaksGlass && { breakGlass: { reason } }) }
  return act === 'start'
    ? applyStart(services, write, feature, released)
    : applyActivation(services, write, feature, released)
}

/** What a rollout begins with: as the page has shown it, by the traffic. */
async function startOf(services: Services, { feature, version, accepts }: Decided) {
  const record = await services.store.version(feature, version)
  const suited = record && (await suitedStart(services, record))
  return {
    acceptUndecided: accepts,
    ...(suited && { settings: suited.settings }),
    ...(suited?.judgePercent != null && { judgePercent: suited.judgePercent }),
  }
}

interface Asked {
  act: FeatureAct
  state: FeatureState
  version: string | undefined
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
  const name = version ? (version.content.label ?? version.id) : null
  const words = actWords[act]
  const gate = version && act !== 'rollback' ? gateRefusal(version) : null
  const refusal = version
    ? featureActRefusal(services, act, state, version)
    : act === 'rollback'
      ? noGoodVersion(state)
      : null
  const suited = act === 'start' && version ? await suitedStart(services, version) : null
  const end = suited && version && refusal === null ? await tellEnd(services, { version, ...suited }) : null
  const address = `${featureActAddress(feature, act)}${version ? `?version=${version.id}` : ''}`
  const approval =
    act === 'rollback' ? null : actApproval(services, feature, { breaksGlass: asked.breaksGlass, address })
  return actPage({
    title: words.title(name),
    feature,
    versions: [
      ...(activeName ? [{ role: 'everybody gets', version: activeName }] : []),
      ...(version ? [{ role: words.role, version: { id: version.id, label: version.content.label ?? null } }] : []),
    ],
    state: stateOf(state),
    consequence: version ? await consequenceOf(services, asked, version, { active: activeName, suited }) : null,
    reach: version ? await changeReach(services, state) : null,
    known: end?.sentences ?? [],
    choices: version ? [] : await choicesOf(services, state, act),
    others: [...othersOf(act, state, version), ...(version ? (approval?.others ?? []) : [])],
    notes: approval?.notes ?? [],
    refusal,
    fault,
    form: version
      ? {
          ...formBasics(services, session, state, sent),
          button: words.button,
          isDanger: act !== 'start',
          ...approval?.form,
          hidden: { version: version.id, ...approval?.hidden },
          undecidable: end?.undecidable ?? null,
          override: gate === null ? null : { why: `It has not passed: ${gate}.`, text: sent.override },
        }
      : null,
    back: { address: featureAddress(feature), text: feature },
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

async function consequenceOf(
  services: Services,
  { act, state }: Asked,
  version: VersionRecord,
  { active, suited }: { active: NamedVersion | null; suited: SuitedSettings | null },
): Promise<Consequence> {
  const { traffic } = await services.endForecasts.traffic(state.feature)
  const facts = {
    active: active && (active.label ?? active.id),
    version: version.content.label ?? version.id,
    traffic: traffic && { users: traffic.users, hours: traffic.hours },
  }
  if (suited) return startConsequence({ ...facts, settings: suited.settings, judging: judgingText(version, suited) })
  if (act === 'activate') return activationConsequence(facts)
  const running = runningRollout(state)
  const canary = running && (await namedVersion(services, state.feature, running.canary))
  return featureRollbackConsequence({ ...facts, endsRollout: canary ? (canary.label ?? canary.id) : null })
}
