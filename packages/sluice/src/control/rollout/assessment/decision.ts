import type { Rollout } from '../../../records/rollout/rollout.ts'
import { inQuietHours } from '../../release/quiet-hours.ts'
import type { ReleaseEvent } from '../../release/release-event.ts'
import { hasEnded, isPatienceOver, onUndecided } from '../../release/rollout-state.ts'
import type { Assessment, Decision } from './assessment.ts'
import { strengthBy } from './unwatched-signals.ts'
import type { WeakCase } from './weak-promotion.ts'

/** What the evidence shows, as far as a decision depends on it. */
export interface Findings {
  mismatched: boolean
  /** One arm is judged more often than it should be. */
  unevenlyJudged: boolean
  /** The evidence against the canary, as far as it does not rest on one token of several, has reached 1/alpha. */
  worse: boolean
  /** The arms have not matched, or were judged unevenly, for longer than is waited for arms that do not match. */
  frozenTooLong: boolean
  /** The judge fails, though scores have a say. */
  judgeFails: boolean
  /** The stage has been watched for its soak time. */
  soaked: boolean
  /** The soak time is over by the clock, but the stage has not been watched for so long. */
  overdue: boolean
  /** And it is not watched now. */
  unwatched: boolean
  /** No outcomes of both arms come. */
  silent: boolean
  /** Some tokens report evidence against the canary, and the others do not confirm it. */
  disputed: boolean
  /** Data without which the stage cannot be left. */
  lacking: readonly string[]
  /** Signals for which a drop beyond the margin is not ruled out. */
  unproven: readonly string[]
  /** What stands against promoting it weakly. */
  weak: WeakCase
  /** Why it has not been promoted weakly; null: the rule was not asked yet. */
  refused: readonly string[] | null
}

/**
 * The next step, whatever leads to it: evidence, time or a person. Nobody else decides: what happens to a rollout by
 * itself is what this says. Evidence against the canary comes first, at any time. A mismatch of the arms freezes the
 * rest, and ends at the incumbent if it lasts. Nothing else happens before the stage was watched for its soak time or
 * without data, and nothing for the better in quiet hours or while no outcomes come.
 */
export function decideRollout(rollout: Rollout, now: number, findings: Findings): Decision {
  const { settings, status } = rollout
  if (hasEnded(rollout)) return { do: 'continue' }
  if (findings.worse) return { do: 'rollBack', why: 'evidence' }
  if (findings.mismatched || findings.unevenlyJudged) {
    const givesUp = findings.mismatched && findings.frozenTooLong && status === 'running'
    return givesUp ? { do: 'rollBack', why: 'mismatch' } : { do: 'hold', why: 'sampleRatioMismatch' }
  }
  if (status === 'paused') return { do: 'continue' }
  return settings.advance === 'evidence' ? byEvidence(rollout, now, findings) : byTimeOrHand(rollout, now, findings)
}

/**
 * Whether it takes nothing but data and time to leave the stage: no person, and no end of a freeze or of a dispute.
 */
export function goesOnByItself(
  { status, settings }: Rollout,
  { worse, mismatched, unevenlyJudged, disputed }: Findings,
): boolean {
  const isFree = status === 'running' && !worse && !mismatched && !unevenlyJudged
  return isFree && (settings.advance === 'evidence' || (settings.advance === 'soak' && !disputed))
}

function byEvidence(rollout: Rollout, now: number, findings: Findings): Decision {
  const { soaked, lacking, unproven, judgeFails } = findings
  const proven = soaked && !judgeFails && lacking.length === 0 && unproven.length === 0
  if (proven) return onwards(rollout, now, findings)
  const late = isPatienceOver(rollout, now)
  if (late && onUndecided(rollout) === 'rollBack') return { do: 'rollBack', why: 'undecided' }
  const insufficient: Decision = { do: 'hold', why: 'insufficientData' }
  // While the judge fails a part of the evidence is missing, and nobody knows since when.
  if (judgeFails || ((soaked || late) && lacking.length > 0)) return insufficient
  const forPerson = late ? leftToPerson(rollout, findings) : undefined
  if (forPerson) return forPerson
  if (isUnwatched(rollout, findings)) return insufficient
  return late ? atTheEnd(rollout, now, findings) : { do: 'continue' }
}

/**
 * Held since outcomes stayed away, it is held until the stage was watched for its soak time: where they come in bursts,
 * each of them would end a hold that the next pause begins again.
 */
function isUnwatched({ hold }: Rollout, { unwatched, overdue }: Findings): boolean {
  return unwatched || (overdue && hold === 'insufficientData')
}

/**
 * Out of patience, and only a person goes on: a pause between outcomes changes nothing in that, and calls nobody again.
 */
function leftToPerson(rollout: Rollout, { weak, refused }: Findings): Decision | undefined {
  if (refused) return { do: 'hold', why: 'inconclusive', refused }
  if (onUndecided(rollout) === 'hold' || weak.barred.length > 0) return { do: 'hold', why: 'inconclusive' }
  return undefined
}

/** Out of patience without proof. The rule is asked once: asking again and again would promote more bad canaries. */
function atTheEnd(rollout: Rollout, now: number, findings: Findings): Decision {
  const { soaked, weak } = findings
  if (!soaked) return { do: 'continue' }
  if (weak.lacking.length > 0) return { do: 'hold', why: 'insufficientData' }
  if (weak.against.length > 0) return { do: 'hold', why: 'inconclusive', refused: weak.against }
  return mayGoOn(rollout, now, findings) ? { do: 'promote', strength: 'weak' } : { do: 'continue' }
}

/**
 * Time may be enough to widen a share; it settles no dispute between tokens, and what a person decides is not decided
 * here.
 */
function byTimeOrHand(rollout: Rollout, now: number, findings: Findings): Decision {
  const { soaked, lacking, disputed } = findings
  if (soaked && disputed) return { do: 'hold', why: 'inconclusive' }
  if (rollout.settings.advance === 'manual') return { do: 'continue' }
  if (isUnwatched(rollout, findings) || (soaked && lacking.length > 0)) return { do: 'hold', why: 'insufficientData' }
  return soaked ? onwards(rollout, now, findings) : { do: 'continue' }
}

function onwards(rollout: Rollout, now: number, findings: Findings): Decision {
  const { settings, stage } = rollout
  if (!mayGoOn(rollout, now, findings)) return { do: 'continue' }
  return stage + 1 < settings.stages.length ? { do: 'advance' } : { do: 'promote', strength: strengthBy(settings) }
}

/**
 * Not in quiet hours, and not while no outcomes come: nobody would see what a larger share does. It waits without a
 * hold, since outcomes that come in bursts would end each and begin another.
 */
function mayGoOn({ settings }: Rollout, now: number, { silent }: Findings): boolean {
  return !silent && !inQuietHours(settings.quietHours, now)
}

/**
 * What the controller makes of a decision; undefined where nothing is to change. A rollback needs no leave: neither a
 * pause nor `advance: manual` stops it.
 */
export function eventOf(rollout: Rollout, assessment: Assessment): ReleaseEvent | undefined {
  const { decision, words } = assessment
  const about = { rolloutId: rollout.id, reason: words, evidence: assessment }
  if (decision.do === 'rollBack') return { type: 'rollBack', why: decision.why, ...about }
  if (rollout.status === 'paused') return undefined
  if (decision.do === 'promote') return { type: 'promote', strength: decision.strength, ...about }
  if (decision.do === 'advance') return { type: 'advance', stage: rollout.stage, ...about }
  const why = decision.do === 'hold' ? decision.why : null
  return why === rollout.hold ? undefined : { type: 'hold', why, ...about }
}
