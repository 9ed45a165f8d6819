import { z } from 'zod'
import { addressField } from '../../../../core/suite/config/environments.ts'
import type { FeatureState } from '../../../../records/feature.ts'
import type { Rollout } from '../../../../records/rollout/rollout.ts'
import { ppmPerPercent } from '../../../../records/rollout/rollout-settings.ts'
import type { VersionRecord } from '../../../../records/version.ts'
import { formatPpm, utcDay } from '../../../../text/format.ts'
import { excerpt } from '../../../../text/untrusted.ts'
import type { NamedVersion, StateTone } from '../../../pages/elements.ts'
import { featurePage, type ListedActivation, type ListedRollout } from '../../../pages/feature/feature.ts'
import type { ShownVersion } from '../../../pages/feature/feature-versions.ts'
import { gateRecordOf } from '../../../pages/feature/gate-record.ts'
import { lastGood } from '../../../release/activation.ts'
import { hasEnded, rolloutState, sharePpm } from '../../../release/rollout-state.ts'
import type { VersionPage } from '../../../store/release-store.ts'
import { reasonLengths } from '../../../words/reason-lengths.ts'
import { stateText } from '../../../words/rollout-state-text.ts'
import { hasScope } from '../../access/caller.ts'
import { faultsFor } from '../../health.ts'
import { visibleInstances } from '../../instances/instance-states.ts'
import { type KnownReporters, knownFeature, reportersFor } from '../../rollouts/who-reports.ts'
import type { Services } from '../../services.ts'
import { listedProposals } from '../acts/proposal-act-routes.ts'
import { endedTone, featureRowOf, leadersIn, type RowFacts } from '../overview-rows.ts'
import { definePage, type Viewer } from '../page-route.ts'
import { visibleFeature } from '../visible-feature.ts'
import { environmentsOf } from './feature-environments.ts'
import { timelineOf } from './feature-timeline.ts'

const versionsOfPage = 20
/** The versions whose reports stand in the picture. */
const versionsInPicture = 30
const activationsShown = 20

export const showFeaturePage = definePage({
  path: '/features/{feature}',
  params: z.object({ feature: addressField }),
  query: z.object({ page: z.coerce.number().int().min(1).max(10_000).default(1).catch(1) }),
  async show({ params: { feature }, query, viewer }, services) {
    const { clock } = services
    const reporters = await reportersFor(viewer, services)
    const stored = await visibleFeature(feature, viewer, services)
    const state = knownFeature(stored, reporters)
    const [recent, facts] = await Promise.all([
      services.store.versionPage(feature, { offset: 0, limit: versionsInPicture }),
      factsFor({ viewer, reporters }, services),
    ])
    const row = await featureRowOf(stored, facts, services)
    const listed = await listedVersions(feature, { wanted: query.page, recent }, services)
    const nameOf = namesOf(feature, [...recent.versions, ...listed.versions], services)
    const active = state.active === null ? null : await nameOf(state.active)
    const rollouts = rolloutsOf(state)
    const shown = state.history.toReversed().slice(0, activationsShown)
    const taken = state.takenBack
    const since = state.history.findLast(({ version, until }) => version === state.active && until === null)
    return featurePage({
      row,
      failing: facts,
      running: state.rollout && !hasEnded(state.rollout) ? state.rollout : null,
      mayAct: hasScope(viewer, ['operator']),
      canGoBack: lastGood(state) !== undefined,
      activeSince: since ? { at: since.since, promoted: since.promoted } : null,
      takenBack: taken && {
        ...taken,
        version: await nameOf(taken.version),
        reason: excerpt(taken.reason, reasonLengths.read),
      },
      waiting: await listedProposals(services, viewer, feature),
      environments: await environmentsOf(feature, viewer, services),
      timeline: await timelineOf(state, { recent, nameOf, now: clock.now() }, services),
      list: { ...listed, versions: shownVersions(state, { active, listed, recent }) },
      rollouts: await Promise.all(
        rollouts.map((rollout) => listedRollout(rollout, row.rollout?.tone ?? 'unknown', nameOf)),
      ),
      activations: await Promise.all(shown.map((one) => listedActivation(one, nameOf))),
      moreActivations: state.history.length - shown.length,
    })
  },
})

/** A page beyond the last is the last. */
async function listedVersions(
  feature: string,
  { wanted, recent }: { wanted: number; recent: VersionPage },
  { store }: Services,
): Promise<VersionPage & { page: number; pages: number }> {
  const pages = Math.max(1, Math.ceil(recent.total / versionsOfPage))
  const page = Math.min(wanted, pages)
  if (page === 1 && recent.unreadable === 0)
    return { ...recent, versions: recent.versions.slice(0, versionsOfPage), page, pages }
  const offset = (page - 1) * versionsOfPage
  return { ...(await store.versionPage(feature, { offset, limit: versionsOfPage })), page, pages }
}

async function factsFor(
  { viewer, reporters }: { viewer: Viewer; reporters: KnownReporters },
  services: Services,
): Promise<RowFacts> {
  const { clock, store, snapshots } = services
  const now = clock.now()
  const [instances, spending, leases] = await Promise.all([
    visibleInstances(services, viewer),
    store.judgeSpending(utcDay(now)),
    store.leases(),
  ])
  const { faults } = faultsFor(services, viewer)
  const { epoch } = snapshots.view(null).snapshot
  return { faults, reporters, instances, spending, epoch, ...leadersIn(leases), now }
}

const named = ({ id, content }: VersionRecord): NamedVersion => ({ id, label: content.label ?? null })

type NameOf = (id: string) => Promise<NamedVersion>

function namesOf(feature: string, known: readonly VersionRecord[], { kept }: Services): NameOf {
  const byId = new Map(known.map((record) => [record.id, record]))
  return async (id) => {
    const record = byId.get(id) ?? (await kept.version(feature, id))
    return { id, label: record?.content.label ?? null }
  }
}

/** The last one first. */
function rolloutsOf({ rollout, pastRollouts }: FeatureState): Rollout[] {
  return [...(rollout ? [rollout] : []), ...pastRollouts.toReversed()]
}

async function listedRollout(rollout: Rollout, whileItRuns: StateTone, nameOf: NameOf): Promise<ListedRollout> {
  const { id, canary, incumbent, startedAt, startedBy, stage, settings, ending, override } = rollout
  const isOver = hasEnded(rollout)
  const [canaryName, incumbentName] = await Promise.all([nameOf(canary), nameOf(incumbent)])
  return {
    ...{ id, startedAt, startedBy, canary: canaryName, incumbent: incumbentName },
    state: stateText({ ...rollout, state: rolloutState(rollout) }),
    tone: isOver ? endedTone(rollout) : whileItRuns,
    stage: { number: stage + 1, of: settings.stages.length, percent: sharePpm(rollout) / ppmPerPercent },
    ended: isOver
      ? {
          at: rollout.endedAt,
          by: ending?.by ?? 'not known',
          reason: ending ? excerpt(ending.reason, reasonLengths.read) : 'not known',
        }
      : null,
    override: override === null ? null : excerpt(override, reasonLengths.read),
  }
}

async function listedActivation(
  { version, since, until, ended, promoted }: FeatureState['history'][number],
  nameOf: NameOf,
): Promise<ListedActivation> {
  const began = promoted ? 'promoted from a rollout' : 'set by hand'
  const end =
    until === null ? 'active' : ended === 'rolledBack' ? 'rolled back' : ended === 'replaced' ? 'replaced' : ''
  return {
    version: await nameOf(version),
    ...{ since, until },
    // That it is active says nothing of how it does.
    tone: ended === 'rolledBack' ? 'bad' : null,
    text: `${began}, ${end === '' ? 'how it ended is not known' : end}`,
  }
}

function shownVersions(
  state: FeatureState,
  { active, listed, recent }: { active: NamedVersion | null; listed: VersionPage; recent: VersionPage },
): ShownVersion[] {
  const nextOf = ({ versions }: VersionPage, id: string) => versions[versions.findIndex((one) => one.id === id) + 1]
  return listed.versions.map((record) => {
    const { id, content, publishedAt, publishedBy, source, report } = record
    const before = nextOf(listed, id) ?? (recent.versions.some((one) => one.id === id) ? nextOf(recent, id) : undefined)
    const other = before ? named(before) : null
    return {
      ...{ publishedAt, publishedBy, source, model: content.model },
      ...named(record),
      state: versionState(state, id),
      gate: report && gateRecordOf(report),
      against: active && active.id !== id ? active : other,
    }
  })
}

function versionState({ active, history, rollout, rolledBack }: FeatureState, id: string): ShownVersion['state'] {
  const last = history.findLast(({ version }) => version === id)
  if (id === active) return { tone: null, text: 'active since', at: last?.since ?? null }
  if (rollout && !hasEnded(rollout) && rollout.canary === id)
    return { tone: null, text: `canary at ${formatPpm(sharePpm(rollout))}, since`, at: rollout.startedAt }
  if (rolledBack.includes(id)) return { tone: 'bad', text: 'rolled back', at: null }
  if (last) return { tone: null, text: 'active until', at: last.until }
  return { tone: null, text: 'was not active, as far as is stored', at: null }
}
