import type { Quality, Traits } from './incumbent-answers.ts'
import type { Answer } from './simulated-answer.ts'

/** A simulated user. */
export interface User {
  name: string
  traits: Traits
  /** Time of their first request, in ms since the start. */
  firstAt: number
  /** How many of their requests the canary has answered. */
  canaryRequests: number
  /** Factor of how often they come. */
  activity: number
  /** They send nothing before this time, in ms since the start. */
  awayUntil: number
}

/** A request with the incumbent's answer. */
export interface Visit {
  /** ms since the start. */
  at: number
  user: User
  /** Whether it names its user. */
  named: boolean
  answer: Answer
  /** The quality from which the score was drawn; null if it is recorded. */
  quality: Quality | null
}

/** Requests in order, from users who react to answers: answer each one before calling `next` again. */
export interface Visits {
  /** The next request; undefined if there are no more. */
  next(): Visit | undefined
  answered(visit: Visit, answer: { canary: boolean; bad: boolean }): void
}

export function newUser(name: string, traits: Traits, firstAt: number): User {
  return { name, traits, firstAt, canaryRequests: 0, activity: 1, awayUntil: 0 }
}
