import { plainFeature, shownKey } from '../../../../core/suite/config/environments.ts'
import type { FeatureState } from '../../../../records/feature.ts'
import type { MeasuredTraffic } from '../../../../records/rollout/measured-traffic.ts'
import type { VersionRecord } from '../../../../records/version.ts'
import { releaseOrder } from '../../../approval/release-order.ts'
import { type ActFault, actPage } from '../../../pages/act.ts'
import { addressWith, featureActAddress, featureAddress } from '../../../pages/addresses.ts'
import type { NamedVersion, StateTone } from '../../../pages/elements.ts'
import type { PageContent } from '../../../pages/layout.ts'
import { trafficFields } from '../../../pages/traffic-choice.ts'
import type { GivenTraffic } from '../../../plan/expected-traffic.ts'
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
  type UncountedTraffic,
} from '../../../words/act-text.ts'
import { unforetoldText } from '../../../words/end-forecast-text.ts'
import { weakPassText } from '../../../words/gate-text.ts'
import type { TokenReach } from '../../access/caller.ts'
import type { Session } from '../../access/sessions.ts'
import { notFound } from '../../http/problem.ts'
import { orderFaultFor } from '../../out-of-order.ts'
import type { Services } from '../../services.ts'
import { gateRefusal } from '../../versions/releasable.ts'
import { countedTraffic, trafficSoon } from '../soon.ts'
import { namedVersion } from '../visible-feature.ts'
import { actApproval } from './act-approval.ts'
import { formBasics, type Sent } from './act-attempt.ts'
import { changeReach } from './act-reach.ts'
import { type ExpectedStart, expectedStart, startHidden } from './expected-start.ts'
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

interface Asked {
  act: FeatureAct
  state: FeatureState
  version: string | undefined
  /** Which page of the versions to choose from is asked for; 1-based. */
  page: number
  breaksGlass: boolean
  /** What somebody says of the traffic that a rollout will get. */
  given: GivenTraffic
  caller: TokenReach
  session: Session
  sent: Sent
  fault: ActFault | null
}

/** The first step of what is done to a feature as a whole: what it does, and what it takes. */
export async function featureActPage(services: Services, asked: Asked): Promise<PageContent> {
  const { act, state, caller, session, sent, fault, given } = asked
  const { feature, active } = state
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
  // Whoever has sent the form has waited for the count before, and gets the form again whatever that takes.
  const counted = version ? await (fault === null ? trafficSoon : countedTraffic)(services, feature) : null
  const isCounting = counted === 'counting'
  const mayStart = act === 'start' && version !== undefined && refusal === null
  const start = mayStart && !isCounting ? await expectedStart(services, { key: feature, version, given }) : null
  const { choices, choicesPage } = version ? noChoices : await choicesOf(services, state, asked)
  const path = featureActAddress(feature, act)
  const chosen = version ? { version: version.id } : {}
  const address = addressWith(path, { ...chosen, ...trafficFields(given) })
  const order = version ? await releaseOrder(services, state, actEvent(act, state, version)) : null
  const early = order?.fault ? orderFaultFor(caller, order.fault) : null
  const approval =
    act === 'rollback' ? null : actApproval(services, feature, { breaksGlass: asked.breaksGlass, address, early })
  const before = version && act !== 'rollback' ? rolledBackBefore(state, version) : null
  const weak = version && act !== 'rollback' ? weakPassText(version.report) : null
  const made = act === 'rollback' ? await rollbackBefore(services, state) : []
  const isTooEarly = early !== null && act !== 'rollback'
  const others =
    isTooEarly && version ? earlierOf(services, { feature, version, caller }) : othersOf(act, state, version)
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
    traffic: start && {
      ...{ path, query: { ...chosen, ...(asked.breaksGlass && { breakGlass: 'yes' }) }, given },
      measured: isCounting ? null : counted,
    },
    isUnderWay: isCounting || start?.isUnderWay === true,
    choices,
    choicesPage,
    others: isWithoutChoice ? [] : [...others, ...(version ? (approval?.others ?? []) : [])],
    notes: [...[before, weak].flatMap((note) => note ?? []), ...(approval?.notes ?? [])],
    refusal: isWithoutChoice ? noOtherVersion(plainFeature(feature)) : (refusal ?? approval?.refusal ?? null),
    fault,
    form:
      version && (start || act !== 'start')
        ? {
            ...formBasics(services, session, state, sent),
            button: words.button,
            isDanger: act !== 'start',
            ...approval?.form,
            hidden: { version: version.id, ...(start && startHidden(start, given)), ...approval?.hidden },
            undecidable: start?.undecidable ?? (start && sent.isUnforetold ? unforetoldText : null),
            override: gate === null ? null : { why: `It has not passed: ${gate}.`, text: sent.override },
          }
        : null,
    back: { address: featureAddress(feature), text: shownName },
  })
}

function stateOf(state: FeatureState): { tone: StateTone; text: string } {
  if (state.active === null) return { tone: 'unknown', text: 'No version is active' }
  const running = runningRollout(state)
  return running
    ? { tone: 'watch', text: `The rollout ${running.id} is ${running.status}` }
    : { tone: 'unknown', text: 'No rollout runs' }
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

const stagesComeLater = 'Its stages depend on the traffic, which is being counted: look again in some seconds.'

interface Effect {
  version: VersionRecord
  active: NamedVersion | null
  traffic: MeasuredTraffic | UncountedTraffic | null
  start: ExpectedStart | null
}

async function consequenceOf(
  services: Services,
  { act, state, given }: Asked,
  { version, active, traffic, start }: Effect,
): Promise<Consequence | null> {
  const facts = {
    active: active && (active.label ?? active.id),
    version: version.content.label ?? version.id,
    traffic: act === 'start' && given.users !== undefined ? { users: given.users, hours: null } : traffic,
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
