import { z } from 'zod'
import { shownKey } from '../../../core/suite/config/environments.ts'
import type { FeatureState } from '../../../records/feature.ts'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { utcDay } from '../../../text/format.ts'
import { dayMs } from '../../../time-units.ts'
import { overviewPage } from '../../pages/overview.ts'
import { hasEnded } from '../../release/rollout-state.ts'
import { maySee, maySeeAll } from '../access/caller.ts'
import { faultsFor } from '../health.ts'
import { isBehind, visibleInstances } from '../instances/instance-states.ts'
import { reportersFor } from '../rollouts/who-reports.ts'
import type { Services } from '../services.ts'
import { listedProposals } from './acts/proposal-act-routes.ts'
import { canarySigns, runningTone } from './canary-sign.ts'
import { featureRowOf, judgeOutage, leadersIn, type RowFacts } from './overview-rows.ts'
import { definePage, type Viewer } from './page-route.ts'

const rowsOfPage = 25

const query = z.object({
  search: z.string().max(200).default('').catch(''),
  show: z.enum(['all', 'attention', 'rollouts']).default('all').catch('all'),
  page: z.coerce.number().int().min(1).max(10_000).default(1).catch(1),
})

export const showOverview = definePage({
  path: '/',
  query,
  async show({ query: { search, show, page: wanted }, viewer }, services) {
    const facts = await factsFor(viewer, services)
    const listed = facts.features.filter(({ state, attention, isRunning }) => {
      const name = shownKey(state.feature, services.environments)
      if (search !== '' && !name.toLowerCase().includes(search.toLowerCase())) return false
      return show === 'all' || (show === 'attention' ? attention : isRunning)
    })
    const pages = Math.max(1, Math.ceil(listed.length / rowsOfPage))
    const page = Math.min(wanted, pages)
    const shown = listed.slice((page - 1) * rowsOfPage, page * rowsOfPage)
    const behind = facts.instances.filter(isBehind).length
    return overviewPage({
      rows: await Promise.all(shown.map(({ state }) => featureRowOf(state, facts, services))),
      filter: { search, show, page },
      pages,
      counts: {
        all: facts.features.length,
        attention: facts.features.filter(({ attention }) => attention).length,
        rollouts: facts.features.filter(({ isRunning }) => isRunning).length,
        unknown: facts.features.filter(({ isUnknown }) => isUnknown).length,
      },
      instances: {
        total: facts.instances.length,
        behind,
        silent: facts.instances.filter(({ silent }) => silent).length,
      },
      faults: facts.faults,
      leader: facts.leader,
      waiting: await listedProposals(services, viewer, null),
      isLimited: !maySeeAll(viewer, services.environments),
    })
  },
})

interface Listed {
  state: FeatureState
  attention: boolean
  isRunning: boolean
  /** A rollout runs in which nothing alarms, and something could not be looked at. */
  isUnknown: boolean
  /** Its rank in the list: the lower, the sooner it is listed. */
  rank: number
}

interface OverviewFacts extends RowFacts {
  /**
   * First what goes wrong now, then what runs and of which something is not known, then what else runs, then what has
   * ended badly today, then the others, each by name.
   */
  features: Listed[]
}

/** What is known of all features: only running rollouts, and judges that are asked, are looked at one by one. */
async function factsFor(viewer: Viewer, services: Services): Promise<OverviewFacts> {
  const { snapshots, store, clock } = services
  const states = snapshots.states().filter(({ feature }) => maySee(viewer, feature))
  const day = utcDay(clock.now())
  const [instances, leases, spending, reporters] = await Promise.all([
    visibleInstances(services, viewer),
    store.leases(),
    store.judgeSpending(day),
    reportersFor(viewer, services),
  ])
  const { faults } = faultsFor(services, viewer)
  const { epoch } = snapshots.view(null).snapshot
  const facts: RowFacts = { faults, reporters, instances, spending, epoch, ...leadersIn(leases), now: clock.now() }
  const features = await Promise.all(states.map((state) => listedOf(state, facts, services)))
  return {
    ...facts,
    features: features.sort((a, b) => a.rank - b.rank || (a.state.feature < b.state.feature ? -1 : 1)),
  }
}

/** A rollback of the last day is still shown. */
const recentMs = dayMs

async function listedOf(state: FeatureState, facts: RowFacts, services: Services): Promise<Listed> {
  const { feature, rollout } = state
  const { faults, now } = facts
  const isRunning = rollout !== null && !hasEnded(rollout)
  const [{ isAlarmed, isUnseen }, outage] = await Promise.all([
    isRunning ? seenOf(rollout, facts, services) : notRunning,
    judgeOutage(state, services),
  ])
  const wasRolledBack = rollout?.status === 'rolledBack' && now - (rollout.endedAt ?? 0) < recentMs
  const fails = outage !== null || faults.some((fault) => fault.feature === feature)
  const goesWrong = isAlarmed || fails
  const isUnknown = isUnseen && !goesWrong
  const rank = goesWrong ? 0 : isUnknown ? 1 : isRunning ? 2 : wasRolledBack ? 3 : 4
  return { state, attention: goesWrong || wasRolledBack, isRunning, isUnknown, rank }
}

const notRunning = { isAlarmed: false, isUnseen: false }

/** What the signs of a running rollout come to: somebody must look at it, or nobody can tell how it does. */
async function seenOf(rollout: Rollout, { leader, now }: RowFacts, { kept }: Services): Promise<typeof notRunning> {
  const [assessment, recorded] = await Promise.all([kept.assessment(rollout.id), kept.recorded(rollout.id)])
  const watch = { leader, recorded, now }
  const isBad = runningTone(rollout, assessment, watch) === 'bad'
  return {
    isAlarmed: isBad || (assessment?.alerts.length ?? 0) > 0,
    isUnseen: canarySigns(rollout, assessment, watch).some(({ tone }) => tone === 'bad' || tone === 'unknown'),
  }
}
