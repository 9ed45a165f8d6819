import type { Arm } from '@sluice/client'
import type { LogEntry } from '../../../records/outcome.ts'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { type Admitted, admit, type IgnoredReason } from '../evidence/admit.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { countAt, type PlaceEvidence, placeKinds, placeOf } from '../evidence/places.ts'
import { decidingSums, emptied, type TokenEvidence, tokenIndexOf } from '../evidence/tokens.ts'
import type { UnitMemory } from '../evidence/unit-memory.ts'
import { evidenceAgainst } from '../statistics/evidence-against.ts'
import { observeFeedback } from './observe-feedback.ts'
import { observeRequest } from './observe-request.ts'
import { observeScore } from './observe-score.ts'
import type { ObservedEntry } from './observed-entry.ts'

/**
 * What the evidence depends on: none of it changes while a rollout runs, but that stages are added to those entered.
 */
type Known = Pick<Rollout, 'id' | 'feature' | 'incumbent' | 'canary' | 'settings' | 'excluded' | 'enteredAt'>

/**
 * Adds one entry of the log to the evidence, in place and in constant time. Entries come in the order of seq; one that
 * is not after the cursor was observed before and does nothing. The same entries give the same evidence, bit for bit.
 *
 * @param memory what is remembered of the entry's unit in this rollout; {} of an unknown one
 * @returns what to remember of the unit from now on; `memory` itself where that did not change
 */
export function observe(evidence: Evidence, rollout: Known, entry: LogEntry, memory: UnitMemory): UnitMemory {
  if (entry.seq <= evidence.cursor) return memory
  evidence.cursor = entry.seq
  const { settings, enteredAt } = rollout
  evidence.firstAt ??= entry.receivedAt
  const admitted = admit(rollout, entry)
  if (admitted === 'otherRollout' || admitted === 'otherFeature' || admitted === 'excludedToken')
    return ignored(evidence, undefined, admitted, memory)
  const source = tokenIndexOf(evidence, entry.tokenId ?? null, settings)
  const tokenEvidence = evidence.testimony[source]
  if (!tokenEvidence || typeof admitted === 'string')
    return ignored(evidence, tokenEvidence, admitted as IgnoredReason, memory)
  const places = placesOf(evidence, entry, { source, arm: admitted.arm })
  const next = observeKind({ ...admitted, evidence, settings, enteredAt, source, tokenEvidence, places }, entry, memory)
  if (typeof next === 'string') return ignored(evidence, tokenEvidence, next, memory)
  noteLastOutcome(evidence, admitted, entry.receivedAt)
  if (isNewEvidence(memory, next)) {
    evidence.testified += 1
    raisePeak(evidence, rollout, entry.receivedAt)
  }
  return next
}

/** The process and the address that an entry came from. A request is counted there. */
function placesOf(
  { sums, places }: Evidence,
  entry: LogEntry,
  { source, arm }: { source: number; arm: Arm },
): PlaceEvidence[] {
  const whole = () => structuredClone(decidingSums(sums))
  const none = () => emptied(decidingSums(sums))
  const found: PlaceEvidence[] = []
  for (const kind of placeKinds) {
    const isRequest = entry.kind === 'request'
    const place = placeOf(places[kind], { token: source, id: entry[kind] ?? null, isRequest }, whole, none)
    if (!place) continue
    found.push(place)
    if (isRequest) countAt(places[kind], place, { arm, failed: entry.error !== null, at: entry.receivedAt })
  }
  return found
}

/** What cannot count is counted, also by the token that sent it. */
function ignored(
  evidence: Evidence,
  by: TokenEvidence | undefined,
  why: IgnoredReason,
  memory: UnitMemory,
): UnitMemory {
  evidence.sums.ignored[why] += 1
  if (by) by.ignored[why] = (by.ignored[why] ?? 0) + 1
  return memory
}

function noteLastOutcome({ heard }: Evidence, { arm, stage }: Admitted, at: number): void {
  const here = heard[stage]
  if (here) here[arm] = at
}

function observeKind(observed: ObservedEntry, entry: LogEntry, memory: UnitMemory): UnitMemory | IgnoredReason {
  switch (entry.kind) {
    case 'request':
      return observeRequest(observed, entry, memory)
    case 'score':
      return observeScore(observed, entry, memory)
    case 'feedback':
      return observeFeedback(observed, entry, memory)
  }
}

/** Whether the entry was evidence for or against the canary, and not only a new user. */
function isNewEvidence(before: UnitMemory, after: UnitMemory): boolean {
  return (
    before.flags !== after.flags ||
    before.scored !== after.scored ||
    before.rated !== after.rated ||
    before.recent !== after.recent
  )
}

/** The log e-value is computed after so many new pieces of evidence, and in each pass of the controller. */
const weighedEvery = 16

/** Keeps the greatest log e-value against the canary on which several tokens agree, or that of the only token. */
function raisePeak(evidence: Evidence, { settings }: Pick<Rollout, 'settings'>, now: number): void {
  if (evidence.testified % weighedEvery > 0) return
  const logE = evidenceAgainst(evidence, settings, now)
  if (logE > evidence.peak) evidence.peak = logE
}
