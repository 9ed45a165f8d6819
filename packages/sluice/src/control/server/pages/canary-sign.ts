import type { Rollout } from '../../../records/rollout/rollout.ts'
import type { StateTone } from '../../pages/elements.ts'
import { rolloutState } from '../../release/rollout-state.ts'
import { type Assessment, evidenceLoudness, isOld } from '../../rollout/assessment/assessment.ts'
import { worseSoFar } from '../../rollout/assessment/worse-so-far.ts'
import { evidenceSoFar } from '../../words/figures-text.ts'
import { momentText } from '../../words/moments.ts'
import { stateText } from '../../words/rollout-state-text.ts'
import type { RecordedEvidence } from '../engine-state.ts'

/** What speaks for or against that something is well. */
export interface Sign {
  tone: StateTone
  text: string
}

/** Who looks at canaries, and when this one was looked at last. */
export interface Watch {
  /** The replica that leads the canaries; null: none does. */
  leader: string | null
  recorded: RecordedEvidence | null
  /** ms since the epoch */
  now: number
}

/** How a running rollout is to be taken, the same on every page. */
export function runningTone(rollout: Rollout, assessment: Assessment | null, watch: Watch): StateTone {
  if (rollout.hold !== null) return 'bad'
  if (rollout.status !== 'running') return 'watch'
  return canarySign(rollout, assessment, watch).tone
}

/** What is said of a running rollout's health, at least one sign. */
export function canarySigns(rollout: Rollout, assessment: Assessment | null, watch: Watch): Sign[] {
  const alerts = assessment ? alertSigns(assessment) : []
  const unwatched = unwatchedSign(watch)
  const own =
    rollout.hold === null || !areBothReported(assessment) ? canarySign(rollout, assessment, watch) : heldSign(rollout)
  const isSaid = own.text === unwatched?.text || (alerts.length > 0 && areBothReported(assessment))
  return [...(unwatched ? [unwatched] : []), ...(isSaid ? [] : [own]), ...alerts]
}

function heldSign(rollout: Rollout): Sign {
  return { tone: 'bad', text: stateText({ state: rolloutState(rollout), ending: null }) }
}

/**
 * How the canary does by its last assessment. Unknown is only what could not be looked at, and the words say what; that
 * nothing is decided is no such thing, and no good news either.
 */
function canarySign({ settings }: Rollout, assessment: Assessment | null, watch: Watch): Sign {
  if (assessment === null) return { tone: 'unknown', text: 'not assessed yet' }
  if (!areBothReported(assessment)) return { tone: 'unknown', text: 'no outcomes of both arms in this stage yet' }
  const loudness = evidenceLoudness(assessment)
  if (loudness === 'enough') return { tone: 'bad', text: 'as much speaks against it as rolls it back' }
  if (loudness === 'some') return { tone: 'watch', text: 'some evidence against it' }
  const [alert] = assessment.alerts
  if (alert) return { tone: 'watch', text: alert.message }
  const unwatched = unwatchedSign(watch)
  if (unwatched) return { tone: 'unknown', text: unwatched.text }
  const { canary, incumbent } = assessment
  if (settings.signals.score > 0 && (canary.judged === 0 || incumbent.judged === 0))
    return { tone: 'unknown', text: 'quality not looked at: no answers of both arms are judged yet' }
  return { tone: isProven(assessment) ? 'good' : 'open', text: evidenceSoFar(assessment) }
}

/** That nobody looks at it now; null where somebody does. */
function unwatchedSign({ leader, recorded, now }: Watch): Sign | null {
  if (leader === null) return { tone: 'bad', text: 'no replica leads the canaries' }
  if (recorded === null) return { tone: 'unknown', text: 'when it was assessed last is not known' }
  if (!isOld(recorded.at, now)) return null
  return { tone: 'bad', text: `last assessed ${momentText(recorded.at)}: what you see is that old` }
}

/** Whether outcomes of both arms have come at all in this stage: without them nothing is known of the canary. */
export function areBothReported(assessment: Assessment | null): boolean {
  return typeof assessment?.soak?.heardAt === 'number'
}

/** Whether each signal that has a say is proven to be no worse by its margin, and none looks worse at all. */
export function isProven({ figures, signals }: Assessment): boolean {
  const proofs = figures?.signals.flatMap(({ proof }) => proof ?? []) ?? []
  return proofs.length > 0 && proofs.every(({ eValue, needed }) => eValue >= needed) && worseSoFar(signals) === null
}

const grave = ['judge-outage', 'no-outcomes', 'no-scores', 'tokens-disagree']

function alertSigns(assessment: Assessment): Sign[] {
  return assessment.alerts.map(({ code, message }) => {
    const isBad = code === 'evidence' ? evidenceLoudness(assessment) === 'enough' : grave.includes(code)
    return { tone: isBad ? 'bad' : 'watch', text: message }
  })
}
