import { z } from 'zod'
import type { FeatureState } from '../../../records/feature.ts'
import { versionIdField } from '../../../records/names.ts'
import type { VersionRecord } from '../../../records/version.ts'
import { type ActPage, actPage } from '../../pages/act.ts'
import { featureActAddress, featureAddress, rolloutActAddress, rolloutAddress } from '../../pages/addresses.ts'
import type { NamedVersion, StateTone } from '../../pages/elements.ts'
import type { PageContent } from '../../pages/layout.ts'
import { measuredTraffic } from '../../plan/measured-traffic.ts'
import { goodVersions } from '../../release/activation.ts'
import type { ReleaseEvent } from '../../release/release-event.ts'
import { runningRollout, transition } from '../../release/transition.ts'
import {
  activationConsequence,
  type Consequence,
  featureRollbackConsequence,
  startConsequence,
} from '../../words/act-text.ts'
import type { Caller } from '../access/caller.ts'
import type { Session } from '../access/sessions.ts'
import { applyActivation, applyRollback } from '../features/activate.ts'
import { notFound } from '../http/problem.ts'
import { applyStart, startingSettings } from '../rollouts/change-rollout.ts'
import { tellEnd } from '../rollouts/refuse-undecidable.ts'
import { ofFeature } from '../route/fields.ts'
import type { Services } from '../services.ts'
import { gateRefusal } from '../versions/releasable.ts'
import { actFields, attempt, formBasics, nothingSent, refusalOf, type Sent } from './act-attempt.ts'
import { changeReach } from './act-reach.ts'
import { defineAct, defineOwnPage, type PageRoute } from './page-route.ts'
import { namedVersion, visibleFeature } from './visible-feature.ts'

type FeatureAct = 'rollback' | 'start' | 'activate'

const scopes = ['operator'] as const
const query = z.object({ version: versionIdField.optional().catch(undefined) })
const form = actFields.extend({ version: versionIdField, acceptUndecided: z.literal('yes').optional() })

/** Both steps of what is done to a feature as a whole. The version that it goes to is in the address, and in the form. */
export const featureActRoutes: readonly PageRoute[] = (['rollback', 'start', 'activate'] as const).flatMap((act) => [
  defineOwnPage({
    path: `/features/{feature}/${act}`,
    scopes,
    params: ofFeature,
    query,
    async show({ params, query: { version }, caller, session }, services) {
      const state = await visibleFeature(params.feature, caller, services)
      return pageOf(services, { act, state, version, session, sent: nothingSent, fault: null })
    },
  }),
  defineAct({
    path: `/features/{feature}/${act}`,
    scopes,
    params: ofFeature,
    form,
    async act({ params: { feature }, form: sentForm, request, caller, session }, services) {
      const { version, acceptUndecided, ...fields } = sentForm
      const accepts = acceptUndecided === 'yes'
      const before = await visibleFeature(feature, caller, services)
      return attempt(
        { request, caller, form: fields, more: { version, accepts } },
        ({ write, ...decision }) => perform(services, { act, feature, version, before, accepts, ...decision }, write),
        async (fault, sent) => {
          const state = await visibleFeature(feature, caller, services)
          return pageOf(services, { act, state, version, session, sent, fault })
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
}

type Write = { request: Request; caller: Caller; body: unknown }

function perform(services: Services, decided: Decided, write: Write) {
  const { act, feature, version, before, reason, seen, override, accepts } = decided
  if (act === 'rollback') {
    // The active one is what the page names; a canary has an act of its own.
    const from = before.active === null ? {} : { from: before.active }
    return applyRollback(services, write, feature, { ...from, to: version, reason, seen })
  }
  if (act === 'start')
    return applyStart(services, write, feature, { version, reason, seen, acceptUndecided: accepts, ...override })
  return applyActivation(services, write, feature, { version, reason, seen, ...override })
}

interface Asked {
  act: FeatureAct
  state: FeatureState
  version: string | undefined
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
  const refusal = version ? refusalFor(services, act, state, version) : act === 'rollback' ? noGoodVersion(state) : null
  const end =
    act === 'start' && version && refusal === null
      ? await tellEnd(services, { version, settings: startingSettings(version.rollout) })
      : null
  return actPage({
    title: words.title(name),
    feature,
    versions: [
      ...(activeName ? [{ role: 'everybody gets', version: activeName }] : []),
      ...(version ? [{ role: words.role, version: { id: version.id, label: version.content.label ?? null } }] : []),
    ],
    state: stateOf(state),
    consequence: version ? await consequenceOf(services, asked, version, activeName) : null,
    reach: version ? await changeReach(services, state) : null,
    known: end?.sentences ?? [],
    choices: version ? [] : await choicesOf(services, state, act),
    others: othersOf(act, state, version),
    refusal,
    fault,
    form: version
      ? {
          ...formBasics(services, session, state, sent),
          button: words.button,
          isDanger: act !== 'start',
          hidden: { version: version.id },
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
  active: NamedVersion | null,
): Promise<Consequence> {
  const traffic = await measuredTraffic(services.store, state.feature, services.clock.now())
  const facts = {
    active: active && (active.label ?? active.id),
    version: version.content.label ?? version.id,
    traffic: traffic && { users: traffic.users, hours: traffic.hours },
  }
  if (act === 'start') return startConsequence({ ...facts, settings: startingSettings(version.rollout) })
  if (act === 'activate') return activationConsequence(facts)
  const running = runningRollout(state)
  const canary = running && (await namedVersion(services, state.feature, running.canary))
  return featureRollbackConsequence({ ...facts, endsRollout: canary ? (canary.label ?? canary.id) : null })
}

const mostChoices = 50

/** Of which version: the newest first, for a rollback only those that were good. */
async function choicesOf(services: Services, state: FeatureState, act: FeatureAct): Promise<ActPage['choices']> {
  if (act === 'rollback') return []
  const versions = await services.store.versions(state.feature)
  return versions
    .filter(({ id }) => id !== state.active)
    .toSorted((a, b) => b.publishedAt - a.publishedAt)
    .slice(0, mostChoices)
    .map((version) => {
      const refusal = gateRefusal(version)
      return {
        address: `${featureActAddress(state.feature, act)}?version=${version.id}`,
        version: { id: version.id, label: version.content.label ?? null },
        gate: refusal === null ? { tone: 'good', text: 'passed' } : { tone: 'bad', text: `not passed: ${refusal}` },
        publishedAt: version.publishedAt,
      }
    })
}

/** What one may have meant instead. */
function othersOf(act: FeatureAct, state: FeatureState, version: VersionRecord | undefined): ActPage['others'] {
  const running = runningRollout(state)
  if (act !== 'rollback') {
    if (running) return [{ address: rolloutAddress(running.id), text: 'To the rollout that runs' }]
    const other = act === 'activate' ? 'start' : 'activate'
    const text = act === 'activate' ? 'Try it on a share of the users first' : 'Give it to everybody at once'
    const chosen = version ? `?version=${version.id}` : ''
    return [{ address: `${featureActAddress(state.feature, other)}${chosen}`, text }]
  }
  const canary = running
    ? [
        {
          address: rolloutActAddress(running.id, 'rollback'),
          text: 'Roll back the canary alone, if that is the bad one',
        },
      ]
    : []
  const elsewhere = goodVersions(state)
    .filter((id) => id !== version?.id)
    .slice(0, 10)
    .map((id) => ({
      address: `${featureActAddress(state.feature, 'rollback')}?version=${id}`,
      text: `Go back to ${id}`,
    }))
  return [...canary, ...elsewhere]
}

function noGoodVersion({ feature, active }: FeatureState): string {
  if (active === null) return `${feature} has no active version.`
  return `${feature} has no earlier version that was good: activate another one instead.`
}

/** Why it cannot be done in this state, by the same rules that would refuse it; null where it can. */
function refusalFor(
  { clock }: Services,
  act: FeatureAct,
  state: FeatureState,
  { id, rollout }: VersionRecord,
): string | null {
  const reason = '-'
  const events: Record<FeatureAct, ReleaseEvent> = {
    rollback: { type: 'rollBack', ...(state.active !== null && { from: state.active }), to: id, reason },
    activate: { type: 'activate', version: id, reason },
    start: { type: 'start', rolloutId: 'r-', salt: '', canary: id, settings: rollout, override: null },
  }
  try {
    transition(state, events[act], { at: clock.now(), by: '-' })
    return null
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === undefined) throw error
    return refusal
  }
}
