import type { Rollout } from '../../../records/rollout/rollout.ts'
import type { StateTone } from '../../pages/elements.ts'
import { rolloutState } from '../../release/rollout-state.ts'
import { type Assessment, evidenceLevel } from '../../rollout/assessment/assessment.ts'
import { areOutcomesHeard } from '../../rollout/assessment/soak.ts'
import { isProven } from '../../rollout/assessment/unproven-signals.ts'
import { evidenceSoFar, unseenText } from '../../words/figures-text.ts'
import { momentText } from '../../words/moments.ts'
import { ageText, stateText } from '../../words/rollout-state-text.ts'
import { unaskedHarm, unwatchedNames } from '../../words/unasked-text.ts'
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
  const unwatched = unwatchedSign(rollout, assessment, watch)
  const isHeld = rollout.hold !== null && areBothReported(assessment)
  const own = isHeld ? heldSign(rollout) : canarySign(rollout, assessment, watch)
  const isSaid = own.text === unwatched?.text || (alerts.length > 0 && areBothReported(assessment))
  const unasked = assessment ? unaskedSigns(assessment).filter(({ text }) => isSaid || text !== own.text) : []
  return [...(unwatched ? [unwatched] : []), ...(isSaid ? [] : [own]), ...unasked, ...alerts]
}

/** That something without a say is clearly worse: it rolls nothing back, so that somebody has to look. */
export function unaskedSigns(assessment: Assessment): Sign[] {
  const text = unaskedHarm(assessment)
  return text === null ? [] : [{ tone: 'watch', text }]
}

function heldSign(rollout: Rollout): Sign {
  return { tone: 'bad', text: stateText({ state: rolloutState(rollout), ending: null }) }
}

/**
 * How the canary does by its last assessment. Unknown is only what could not be looked at, and the words say what; that
 * nothing is decided is no such thing, and no good news either.
 */
function canarySign(rollout: Rollout, assessment: Assessment | null, watch: Watch): Sign {
  if (assessment === null) return { tone: 'unknown', text: 'not assessed yet' }
  if (!areBothReported(assessment)) return { tone: 'unknown', text: unreported }
  const level = evidenceLevel(assessment)
  if (level === 'enough') return { tone: 'bad', text: 'enough evidence to roll it back' }
  if (level === 'some') return { tone: 'watch', text: 'some evidence against it' }
  const [alert] = assessment.alerts
  if (alert) return { tone: 'watch', text: alert.message }
  const [harm] = unaskedSigns(assessment)
  if (harm) return harm
  const unwatched = unwatchedSign(rollout, assessment, watch)
  if (unwatched) return { tone: 'unknown', text: unwatched.text }
  const tone = quietTone(rollout, assessment, watch)
  const said = unseenText(assessment) ?? evidenceSoFar(assessment)
  const unasked = unwatchedNames(assessment)
  return { tone, text: unasked === null ? said : `${said}; not watched: ${unasked}` }
}

const unreported = 'no outcomes of both arms in this stage yet'

/** That nobody looks at it now, or that no outcomes come to be looked at; null where it is watched. */
function unwatchedSign(rollout: Rollout, assessment: Assessment | null, { leader, recorded, now }: Watch): Sign | null {
  if (leader === null) return { tone: 'bad', text: 'no replica leads the canaries' }
  if (recorded === null) return { tone: 'unknown', text: 'when it was assessed last is not known' }
  const text = ageText(recorded.at, now)
  if (text !== null) return { tone: 'bad', text }
  const silence = assessment && noOutcomesText(rollout, assessment, { at: recorded.at, now })
  return silence === null ? null : { tone: 'unknown', text: silence }
}

/** That no outcomes of both arms came any more when it was assessed, at `at`; null where they did. */
function noOutcomesText(
  rollout: Rollout,
  { soak }: Assessment,
  { at, now }: { at: number; now: number },
): string | null {
  if (typeof soak?.heardAt !== 'number') return unreported
  return areOutcomesHeard(soak, rollout, at) ? null : `no outcomes of both arms since ${momentText(soak.heardAt, now)}`
}

/** Whether outcomes of both arms have come at all in this stage: without them nothing is known of the canary. */
function areBothReported(assessment: Assessment | null): boolean {
  return typeof assessment?.soak?.heardAt === 'number'
}

/** How a canary is to be taken against which little speaks: well once it is proven, and while all of it is watched. */
export function quietTone(rollout: Rollout, assessment: Assessment | null, watch: Watch): StateTone {
  if (assessment !== null && unaskedHarm(assessment) !== null) return 'watch'
  if (assessment === null || unseenText(assessment) !== null) return 'unknown'
  if (unwatchedSign(rollout, assessment, watch) !== null) return 'unknown'
  return isProven(assessment) ? 'good' : 'open'
}

const grave = ['judge-outage', 'no-outcomes', 'no-scores', 'tokens-disagree']

/** Each alert, the same on every page: bad is what rolls back, or keeps the canary from being watched. */
export function alertSigns(assessment: Assessment): Sign[] {
  return assessment.alerts.map(({ code, message }) => {
    const isBad = code === 'evidence' ? evidenceLevel(assessment) === 'enough' : grave.includes(code)
    return { tone: isBad ? 'bad' : 'watch', text: message }
  })
}
