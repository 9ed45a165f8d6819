import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import type { Admitted } from '../evidence/admit.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { PlaceEvidence } from '../evidence/places.ts'
import type { DecidingSums, TokenEvidence } from '../evidence/tokens.ts'

/** An entry that counts, with its arm and stage, and the sums that it is added to. */
export interface ObservedEntry extends Admitted {
  /** Changed in place. */
  evidence: Evidence
  settings: RolloutSettings
  /** When each stage began that the rollout has entered. */
  enteredAt: readonly number[]
  /** Index of the token that reported the entry. */
  source: number
  /** The evidence of that token, changed in place. */
  tokenEvidence: TokenEvidence
  /** Where it came from, changed in place. */
  places: PlaceEvidence[]
}

/** The sums to which a signal is added: of all outcomes, of the token, and of the places it came from. */
export function accountsOf<T>({ tokenEvidence, places }: ObservedEntry, whole: T, part: (own: DecidingSums) => T): T[] {
  const accounts = [whole]
  if (tokenEvidence.own) accounts.push(part(tokenEvidence.own))
  for (const { own } of places) if (own) accounts.push(part(own))
  return accounts
}
