import { z } from 'zod'
import { shownKey } from '../../../core/suite/config/environments.ts'
import type { FeatureState } from '../../../records/feature.ts'
import { formatDuration, utcDay } from '../../../text/format.ts'
import { type DriftView, isBeyondLimit } from '../../drift/read-drift.ts'
import { judgePage, type ShownJudge } from '../../pages/judge.ts'
import { captureOf } from '../../release/capture.ts'
import { isOutage, type JudgeHealth } from '../../rollout/assessment/judge-health.ts'
import { driftNow, isHeard } from '../../words/drift-now.ts'
import { judgedAnswers } from '../../words/judged-answers.ts'
import { momentText } from '../../words/moments.ts'
import { maySee } from '../access/caller.ts'
import type { Services } from '../services.ts'
import { judgeStandingOf } from '../versions/judge-standing.ts'
import { isJudgedNow, leadersIn } from './overview-rows.ts'
import { definePage } from './page-route.ts'

const rowsOfPage = 25

export const showJudges = definePage({
  path: '/judge',
  query: z.object({ page: z.coerce.number().int().min(1).max(10_000).default(1).catch(1) }),
  async show({ query, viewer }, services) {
    const { snapshots, store, clock } = services
    const now = clock.now()
    const states = snapshots.states().filter(({ feature }) => maySee(viewer, feature))
    const [spending, leases] = await Promise.all([store.judgeSpending(utcDay(now)), store.leases()])
    const { watchesDrift } = leadersIn(leases)
    const spent = ({ feature }: FeatureState) => spending.get(feature) ?? 0
    const listed = states.toSorted(
      (a, b) => Number(isJudged(b)) - Number(isJudged(a)) || spent(b) - spent(a) || (a.feature < b.feature ? -1 : 1),
    )
    const pages = Math.max(1, Math.ceil(listed.length / rowsOfPage))
    const page = Math.min(query.page, pages)
    const shown = listed.slice((page - 1) * rowsOfPage, page * rowsOfPage)
    return judgePage({
      judges: await Promise.all(
        shown.map((state) => shownJudge(state, { spentUsd: spent(state), watchesDrift, now }, services)),
      ),
      ...{ page, pages },
      counts: { all: states.length, judged: states.filter(isJudged).length },
      spentUsd: states.reduce((sum, state) => sum + spent(state), 0),
    })
  },
})

function isJudged({ live }: FeatureState): boolean {
  return live !== null && captureOf(live) !== null
}

async function shownJudge(
  state: FeatureState,
  { spentUsd, watchesDrift, now }: { spentUsd: number; watchesDrift: boolean; now: number },
  { kept, environments }: Pick<Services, 'kept' | 'environments'>,
): Promise<ShownJudge> {
  const { feature, active, live } = state
  const [record, health, drift, isAsked] = await Promise.all([
    active === null ? undefined : kept.version(feature, active),
    kept.judgeHealth(feature),
    kept.drift(feature),
    isJudgedNow(state, { kept }),
  ])
  const word = record ? judgeStandingOf(record, drift?.judgeId ?? null) : null
  return {
    feature: shownKey(feature, environments),
    version: active === null ? null : { id: active, label: record?.content.label ?? null },
    judge: word && { model: word.model, words: word.words, isInReport: word.runId !== null },
    judging:
      live && isJudged(state) ? { share: judgedAnswers(live.judge), budgetUsd: live.judge.budgetUsdPerDay } : null,
    spentUsd,
    health: healthSign(health, { isAsked, now }),
    drift:
      drift && driftSign(drift, { active, judges: live?.store === true && live.judge.percent > 0, watchesDrift, now }),
  }
}

/** That no failure is known is said to be so, and no more. */
function healthSign(health: JudgeHealth, { isAsked, now }: { isAsked: boolean; now: number }): ShownJudge['health'] {
  const { failures, failingSince, code } = health
  if (!isAsked) return { tone: 'unknown', text: 'not asked' }
  if (failures === 0) return { tone: 'unknown', text: 'no failure is known' }
  const since = failingSince ? `, for ${formatDuration(Math.max(0, now - failingSince))}` : ''
  const text = `failed ${failures} times in a row (${code ?? 'why is not known'})${since}`
  return { tone: isOutage(health) ? 'bad' : 'watch', text }
}

/** The level of a score is never learnt where nothing is judged. */
function driftSign(
  drift: DriftView,
  { judges, watchesDrift, active, now }: { judges: boolean; watchesDrift: boolean; active: string | null; now: number },
): ShownJudge['drift'] {
  const { events, signals, past } = driftNow(drift, { active, now })
  const last = events.findLast(({ code }) => code === 'score' || code === 'judge-changed')
  if (last) return { tone: 'bad', text: `${momentText(last.at, now)}: ${last.words}` }
  const score = signals.find(({ signal }) => signal === 'score')
  if (!score) return null
  if (!judges && score.phase === 'level') return { tone: 'unknown', text: 'not watched, since nothing is judged' }
  if (!watchesDrift) return { tone: 'unknown', text: `no replica watches for drift now; before: ${score.words}` }
  if (past !== null) return { tone: 'unknown', text: `${past}; before: ${score.words}` }
  const isUsual = score.phase === 'watching' && !isBeyondLimit(score) && isHeard(score.heardAt, now)
  return { tone: isUsual ? 'good' : 'unknown', text: score.words }
}
