import { z } from 'zod'
import { shownKey } from '../../../core/suite/config/environments.ts'
import type { FeatureState } from '../../../records/feature.ts'
import type { LiveSettings } from '../../../records/rollout/rollout-settings.ts'
import { utcDay } from '../../../text/format.ts'
import { dayMs } from '../../../time-units.ts'
import { costsPage, type FeatureCosts, type JudgingShare } from '../../pages/costs.ts'
import { gateRecordOf } from '../../pages/feature/gate-record.ts'
import { captureOf, isJudgedLive } from '../../release/capture.ts'
import { judgedAnswers } from '../../words/judged-answers.ts'
import { maySee } from '../access/caller.ts'
import type { Services } from '../services.ts'
import { definePage } from './page-route.ts'

const rowsOfPage = 20
const versionsRead = 3
const daysShown = 14

/** What was booked of judging on a day, USD by feature. */
interface SpentDay {
  at: number
  spending: ReadonlyMap<string, number>
}

export const showCosts = definePage({
  path: '/costs',
  query: z.object({ page: z.coerce.number().int().min(1).max(10_000).default(1).catch(1) }),
  async show({ query, viewer }, services) {
    const states = services.snapshots.states().filter(({ feature }) => maySee(viewer, feature))
    const days = await spentDays(services)
    const last = ({ feature }: FeatureState) => sumOf(days.map(({ spending }) => spending.get(feature))) ?? 0
    const listed = states.toSorted((a, b) => last(b) - last(a) || (a.feature < b.feature ? -1 : 1))
    const pages = Math.max(1, Math.ceil(listed.length / rowsOfPage))
    const page = Math.min(query.page, pages)
    const shown = listed.slice((page - 1) * rowsOfPage, page * rowsOfPage)
    return costsPage({
      features: await Promise.all(shown.map((state) => costsOf(state, days, services))),
      ...{ page, pages, versionsRead, all: states.length },
      days: days.map(({ at, spending }) => {
        return { at, usd: sumOf(states.map(({ feature }) => spending.get(feature))) }
      }),
    })
  },
})

/** Today is the last. */
async function spentDays({ store, clock }: Services): Promise<SpentDay[]> {
  const today = Math.floor(clock.now() / dayMs) * dayMs
  const days = Array.from({ length: daysShown }, (_, index) => today - (daysShown - 1 - index) * dayMs)
  return Promise.all(days.map(async (at) => ({ at, spending: await store.judgeSpending(utcDay(at)) })))
}

/** Null where nothing is known, which is not 0. */
function sumOf(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => typeof value === 'number')
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}

async function costsOf(
  { feature, active, live, rollout }: FeatureState,
  days: readonly SpentDay[],
  { store, kept, environments }: Services,
): Promise<FeatureCosts> {
  const [{ versions }, assessment, released] = await Promise.all([
    store.versionPage(feature, { offset: 0, limit: versionsRead }),
    rollout && kept.assessment(rollout.id),
    active === null ? undefined : kept.version(feature, active),
  ])
  const gated = released?.report ? gateRecordOf(released.report).cost : null
  const request = requestCost(assessment?.incumbent?.meanCostUsd ?? null, gated)
  const settings = live ?? released?.live
  const nights = kept.nights(feature)
  const costs = versions.flatMap(({ report }) => (report ? [gateRecordOf(report).cost] : []))
  const booked = days.map(({ spending }) => spending.get(feature))
  return {
    feature: shownKey(feature, environments),
    judging: {
      todayUsd: booked.at(-1) ?? null,
      lastDaysUsd: sumOf(booked),
      budgetUsd: live && captureOf(live) !== null ? live.judge.budgetUsdPerDay : null,
    },
    gate: {
      usd: sumOf(costs.map((cost) => cost?.usd)),
      runs: costs.length,
      withoutCost: costs.filter((cost) => cost?.usd == null).length,
      unpricedCalls: costs.reduce((sum, cost) => sum + (cost?.unpricedCalls ?? 0), 0),
    },
    nights: {
      usd: sumOf(nights.map(({ costUsd }) => costUsd)),
      runs: nights.length,
      unpricedCalls: nights.reduce((sum, night) => sum + night.unpricedCalls, 0),
    },
    request,
    share:
      released && settings && isJudgedLive({ ...released, live: settings })
        ? judgingShare(settings.judge, { request, gated })
        : 'notJudged',
  }
}

type GateCost = ReturnType<typeof gateRecordOf>['cost']

function requestCost(inRollout: number | null, gated: GateCost): FeatureCosts['request'] {
  if (inRollout !== null) return { usd: inRollout, from: 'rollout' }
  const usd = perAnswer(gated, gated?.generationUsd)
  return usd === null ? null : { usd, from: 'gate' }
}

/** A part of what an answer of the gate's run cost with its judgement; null where the run does not tell. */
function perAnswer(gated: GateCost, part: number | null | undefined): number | null {
  if (gated?.usdPerAnswer == null || gated.usd === null || gated.usd <= 0 || part == null) return null
  return (gated.usdPerAnswer * part) / gated.usd
}

function judgingShare(
  judge: LiveSettings['judge'],
  { request, gated }: { request: FeatureCosts['request']; gated: GateCost },
): JudgingShare {
  const { percent } = judge
  if (percent === 0) return { canaryAlone: judgedAnswers(judge) }
  const judgeUsd = perAnswer(gated, gated?.judgeUsd)
  if (request !== null && request.usd > 0 && judgeUsd !== null)
    return { share: ((percent / 100) * judgeUsd) / request.usd, judged: judgedAnswers(judge), judgeUsd }
  return {
    lacks: [
      ...(request === null || request.usd <= 0 ? ['what an answer costs (costUsd of outcomes)'] : []),
      ...(judgeUsd === null ? ['what judging one costs (a gate report with prices)'] : []),
    ],
  }
}
