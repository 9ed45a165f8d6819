import type { Quality, Traits } from './incumbent-answers.ts'
import type { Answer } from './simulated-answer.ts'

/** Somebody who comes again, and what is known of them in the simulation. */
export interface User {
  name: string
  traits: Traits
  /** When they first came, ms since the start. */
  firstAt: number
  /** How many requests of theirs the canary has answered. */
  canaryRequests: number
  /** How often they come, in proportion to their habit. */
  activity: number
  /** They do not come before, ms since the start. */
  awayUntil: number
}

/** A request as it comes to production, with what the incumbent would make of it. */
export interface Visit {
  /** ms since the start. */
  at: number
  user: User
  /** It names its user. */
  named: boolean
  answer: Answer
  /** What the score was drawn from; null where it is recorded. */
  quality: Quality | null
}

/** Requests one after the other, from users who react to the answers: the next one is asked for when the last was answered. */
export interface Visits {
  /** Undefined when there are no more. */
  next(): Visit | undefined
  answered(visit: Visit, answer: { canary: boolean; bad: boolean }): void
}

export function newUser(name: string, traits: Traits, firstAt: number): User {
  return { name, traits, firstAt, canaryRequests: 0, activity: 1, awayUntil: 0 }
}
