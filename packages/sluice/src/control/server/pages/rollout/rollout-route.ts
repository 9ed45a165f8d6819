import { shownKey } from '../../../../core/suite/config/environments.ts'
import { readAuditDocument } from '../../../../records/audit-row.ts'
import type { FeatureState } from '../../../../records/feature.ts'
import type { Rollout } from '../../../../records/rollout/rollout.ts'
import type { VersionRecord } from '../../../../records/version.ts'
import { judgingStoppedAt } from '../../../live/budget-notice.ts'
import { type RolloutPage, rolloutPage } from '../../../pages/rollout/rollout-page.ts'
import { isJudgedLive } from '../../../release/capture.ts'
import { rolloutRows, rolloutSpan } from '../../../release/rollout-rows.ts'
import { beingComputed, endForecastSentences, unknownEnd } from '../../../words/end-forecast-text.ts'
import { momentText } from '../../../words/moments.ts'
import { unaskedRows } from '../../../words/unasked-text.ts'
import { hasScope, isServed, maySee } from '../../access/caller.ts'
import { notFound, Problem } from '../../http/problem.ts'
import { visibleInstances } from '../../instances/instance-states.ts'
import { forecastTopic, rolloutForecast } from '../../rollouts/forecast-route.ts'
import {
  type KnownReporters,
  knownAssessment,
  knownRollout,
  knownRow,
  reportersFor,
} from '../../rollouts/who-reports.ts'
import { ofRollout } from '../../route/fields.ts'
import type { Services } from '../../services.ts'
import { acknowledgementsOf } from '../acknowledgement-cells.ts'
import { mostRows } from '../kept-reads.ts'
import { definePage, type Viewer } from '../page-route.ts'
import { soon } from '../soon.ts'
import { namedVersion } from '../visible-feature.ts'
import { type RolloutFacts, shownHealth, shownServing, shownState } from './rollout-facts.ts'
import { shownAnswers } from './shown-answers.ts'
import { shownEvidence } from './shown-evidence.ts'

export const showRolloutPage = definePage({
  path: '/rollouts/{rollout}',
  params: ofRollout,
  async show({ params, viewer }, services) {
    const { state, rollout } = rolloutFor(viewer, params.rollout, services)
    const { feature, id, canary, incumbent } = rollout
    const { kept } = services
    const reporters = await reportersFor(viewer, services)
    const [facts, version, canaryName, incumbentName, log, outlook] = await Promise.all([
      factsOf({ state, rollout }, { viewer, reporters }, services),
      kept.version(feature, canary),
      namedVersion(services, feature, canary),
      namedVersion(services, feature, incumbent),
      logOf({ state, rollout }, reporters, services),
      outlookOf(rollout, services),
    ])
    const { assessment, now } = facts
    return rolloutPage({
      ...{
        id,
        feature: shownKey(feature, services.environments),
        startedAt: rollout.startedAt,
        startedBy: rollout.startedBy,
        override: rollout.override,
      },
      ...{ canary: canaryName, incumbent: incumbentName },
      ...shownState(facts),
      outlook,
      now,
      ...{ status: rollout.status, stageIndex: rollout.stage, stages: rollout.settings.stages },
      mayAct: hasScope(viewer, ['operator']),
      health: shownHealth(facts, version, log.judgingStoppedAt),
      evidence: shownEvidence(facts),
      arms: {
        figures: assessment?.figures ?? null,
        canary: assessment?.canary ?? null,
        incumbent: assessment?.incumbent ?? null,
        unasked: assessment ? unaskedRows(assessment) : [],
      },
      answers: await answersOf(rollout, version, { now, services }),
      serving: {
        ...shownServing(facts),
        grid: await acknowledgementsOf(services, state, { changedAt: log.changedAt, viewer }),
      },
      log: { ...log, now },
    })
  },
})

/** @throws Problem 404, the same for a rollout that there is not and for one that the viewer may not see */
function rolloutFor(viewer: Viewer, id: string, { snapshots }: Services): { state: FeatureState; rollout: Rollout } {
  for (const state of snapshots.states()) {
    const { feature, rollout, pastRollouts } = state
    const found = maySee(viewer, feature) ? [rollout, ...pastRollouts].find((one) => one?.id === id) : undefined
    if (found) return { state, rollout: found }
  }
  throw notFound(`There is no rollout ${id}. Older rollouts of a feature are only in its audit log.`)
}

async function factsOf(
  { state, rollout }: { state: FeatureState; rollout: Rollout },
  { viewer, reporters }: { viewer: Viewer; reporters: KnownReporters },
  services: Services,
): Promise<RolloutFacts> {
  const { kept, store, clock, snapshots } = services
  const [assessment, recorded, judge, instances, leases, version] = await Promise.all([
    kept.assessment(rollout.id),
    kept.recorded(rollout.id),
    kept.judgeHealth(rollout.feature),
    visibleInstances(services, viewer),
    store.leases(),
    kept.version(rollout.feature, rollout.canary),
  ])
  const holderOf = (work: string) => leases.find(({ name }) => name === work)?.holder ?? null
  return {
    ...{ state, recorded, judge },
    rollout: knownRollout(rollout, reporters),
    // What is stored now follows from the feature, since the last publication decides it.
    judges: version !== undefined && isJudgedLive({ ...version, live: state.live ?? version.live }),
    reportersAreShown: reporters.areShown,
    assessment: assessment && knownAssessment(assessment, reporters),
    instances: instances.filter(({ reach }) => isServed(reach, rollout.feature)),
    leader: holderOf('controller'),
    hasJudge: holderOf('judge') !== null,
    epoch: snapshots.view(null).snapshot.epoch,
    now: clock.now(),
  }
}

const answersShown = 3

async function answersOf(
  { id, feature, canary, incumbent, endedAt }: Rollout,
  version: VersionRecord | undefined,
  { now, services: { kept } }: { now: number; services: Services },
) {
  const of = (version: string) => kept.worst({ feature, rolloutId: id, version, limit: answersShown })
  const [ofCanary, ofIncumbent] = await Promise.all([of(canary), of(incumbent)])
  return shownAnswers({ canary: ofCanary, incumbent: ofIncumbent }, { live: version?.live ?? null, endedAt, now })
}

/** How it is expected to end, and when, in sentences. A forecast never stands there without the time of which it is. */
async function outlookOf(rollout: Rollout, services: Services): Promise<RolloutPage['outlook']> {
  const { clock, endForecasts } = services
  const before = () => {
    const earlier = endForecasts.earlier(forecastTopic(rollout))
    return earlier
      ? [lastForecast(earlier.at, clock.now()), ...endForecastSentences(earlier.forecast, rollout.settings, earlier.at)]
      : []
  }
  const asked = rolloutForecast(services, rollout).then(
    ({ forecast, unknown, at }) => ({
      sentences: forecast
        ? [computedAt(at, clock.now()), ...endForecastSentences(forecast, rollout.settings, at)]
        : unknownEnd(unknown),
      isUnderWay: false,
    }),
    (error: unknown) => ({ sentences: [notComputed(error), ...before()], isUnderWay: false }),
  )
  const late = 'late'
  const found = await soon(clock, asked, late)
  return found === late ? { sentences: [beingComputed, ...before()], isUnderWay: true } : found
}

const computedAt = (at: number, now: number) => `How it ends, as computed ${momentText(at, now)}:`
const lastForecast = (at: number, now: number) => `The last forecast, of ${momentText(at, now)}:`

function notComputed(error: unknown): string {
  return error instanceof Problem ? error.details.detail : 'When it ends could not be computed just now.'
}

async function logOf(
  { state, rollout }: { state: FeatureState; rollout: Rollout },
  reporters: KnownReporters,
  { store, kept, clock }: Pick<Services, 'store' | 'kept' | 'clock'>,
) {
  const { id, feature } = rollout
  const head = await store.auditHead(feature)
  const rows = head ? await kept.lastRows(feature, head.seq) : []
  const during = new Set(rolloutRows(rows, rollout))
  const own = rows.filter(
    (row) =>
      during.has(row) || [row.before, row.after].some((document) => readAuditDocument(document).rollout?.id === id),
  )
  const isCut = rows.length >= mostRows && rolloutSpan(rows, id).first === null
  const changedAt = rows.find(({ revision }) => revision === state.revision)?.at ?? null
  const shown = own.toReversed().map((row) => knownRow(row, reporters))
  const budgetUsdPerDay = state.live?.judge.budgetUsdPerDay ?? null
  const stoppedAt = judgingStoppedAt(rows, { budgetUsdPerDay, now: clock.now() })
  return { feature, isCut, changedAt, rows: shown, judgingStoppedAt: stoppedAt }
}
