import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import { newIncumbentSums } from '../../../stats/index.ts'
import { hourMs } from '../../../time-units.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { stageShare } from '../evidence/randomisation.ts'
import { enterStage, enterWindow } from '../evidence/signal-sums.ts'
import type { DecidingSums } from '../evidence/tokens.ts'
import type { Window } from '../evidence/window.ts'

/**
 * A window lasts this long at the least and at the most, in ms; between the two it ends when it has so many of the
 * canary's.
 */
const lengths = { least: 4 * hourMs, most: 24 * hourMs }
const enough = { requests: 300, scores: 300 }

/**
 * Begins a new window, and a new stage, where this request is the first one after; all in place. Neither depends on how
 * the requests went. A stage that the rollout has not entered yet is nobody's to begin, whatever a report says; nor is
 * one of everybody, in which nothing is compared: what the stage before it has proven stands.
 */
export function enter(
  evidence: Evidence,
  { settings, enteredAt }: { settings: RolloutSettings; enteredAt: readonly number[] },
  { stage, at }: { stage: number; at: number },
): void {
  const { window } = evidence
  const entered = enteredAt[stage]
  const compares = stageShare(settings.stages, stage) < 1
  if (stage > window.stage && compares && entered !== undefined && entered <= at) {
    for (const one of accounts(evidence)) enterStage(one.score, flagsOf(one))
    for (const { atRisk } of evidence.testimony)
      for (const counts of Object.values(atRisk)) counts.stage = { incumbent: 0, canary: 0 }
    enterStage(evidence.sums.score, Object.values(evidence.sums.flags))
    Object.assign(window, { stage, stageSince: null, staged: { incumbent: 0, canary: 0 } })
    renew(evidence, at)
  } else if (isOver(window, settings, at)) {
    renew(evidence, at)
  }
  window.since ??= at
  window.stageSince ??= at
}

function renew(evidence: Evidence, at: number): void {
  const { window, sums, testimony: byToken } = evidence
  if (window.since === null) return
  Object.assign(window, { index: window.index + 1, since: at, canary: { requests: 0, scores: 0 } })
  sums.histories.recent = newIncumbentSums()
  enterWindow(sums.score, Object.values(sums.flags))
  enterWindow(sums.feedback, [])
  for (const one of accounts(evidence)) {
    enterWindow(one.score, flagsOf(one))
    enterWindow(one.feedback, [])
  }
  for (const one of byToken) {
    one.judgedLately.fill(0)
    for (const counts of Object.values(one.atRisk)) counts.window = { incumbent: 0, canary: 0 }
  }
}

function isOver({ since, canary }: Window, { signals }: RolloutSettings, at: number): boolean {
  if (since === null || at - since < lengths.least) return false
  const full = canary.requests >= enough.requests && (signals.score === 0 || canary.scores >= enough.scores)
  return full || at - since >= lengths.most
}

const flagsOf = ({ flags }: DecidingSums) => Object.values(flags)

/** What single tokens and places have said. */
function accounts({ testimony: byToken, places }: Evidence): DecidingSums[] {
  return [...byToken, ...Object.values(places).flat()].flatMap(({ own }) => (own ? [own] : []))
}
