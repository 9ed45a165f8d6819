import type { Random } from '../../stats/random.ts'
import { dayMs, hourMs, minuteMs } from '../../time-units.ts'
import { busiestTraffic, trafficAt } from './cycles.ts'
import type { IncumbentAnswers } from './incumbent-answers.ts'
import type { CanaryChange } from './scenario-answers.ts'
import { type Reactions, requestsPerHour, type ScenarioTraffic } from './scenario-traffic.ts'
import { TimeQueue } from './time-queue.ts'
import { newUser, type User, type Visit, type Visits } from './visits.ts'

export interface Habits {
  traffic: ScenarioTraffic
  reactions: Reactions
  canary: Pick<CanaryChange, 'engagement'>
}

/** Mean time between two requests of a visit, and before a request is repeated. */
const gapMs = { nextTurn: 3 * minuteMs, retry: 10_000 }

interface Seat {
  user: User
  /** When its user was last checked. */
  seenAt: number
  /** How many users it has had. */
  taken: number
}

/**
 * An endless Poisson process of visits. Its rate varies over day and week, and answers may change how often users come.
 * It remembers the users, but not the requests.
 */
export class SimulatedVisits implements Visits {
  readonly #habits: Habits
  readonly #answers: IncumbentAnswers
  readonly #random: Random
  readonly #start: number
  readonly #seats: Seat[] = []
  readonly #pickSeat: () => number
  /** Users who will send another request of the same visit. */
  readonly #returning = new TimeQueue<User>()
  /** The highest activity of a user: visits are drawn at this rate, and kept in proportion to a user's activity. */
  readonly #mostActive: number
  #lastAt = 0
  #arrivalAt: number | undefined

  constructor(
    habits: Habits,
    { answers, random, start }: { answers: IncumbentAnswers; random: Random; start: number },
  ) {
    this.#habits = habits
    this.#answers = answers
    this.#random = random
    this.#start = start
    this.#pickSeat = seatsOf(habits.traffic, random)
    this.#mostActive = Math.max(1, habits.canary.engagement)
  }

  next(): Visit {
    for (;;) {
      this.#arrivalAt ??= this.#nextArrival()
      const back = this.#returning.take(this.#arrivalAt)
      if (back) return this.#visit(back.item, back.at)
      const at = this.#arrivalAt
      this.#arrivalAt = undefined
      const user = this.#userAt(at)
      if (at >= user.awayUntil && this.#comes(user)) return this.#visit(user, at)
    }
  }

  answered({ at, user }: Visit, { canary, bad }: { canary: boolean; bad: boolean }): void {
    const { traffic, reactions } = this.#habits
    if (canary) {
      user.canaryRequests += 1
      user.activity = this.#habits.canary.engagement
    }
    if (bad && this.#asksAgain(user, at, reactions)) return
    if (traffic.perVisit > 1 && at >= user.awayUntil && this.#random.uniform() * traffic.perVisit > 1)
      this.#returning.add(at + this.#wait(gapMs.nextTurn), user)
  }

  /** Applies the user's reaction to a bad answer; true if the request is repeated. */
  #asksAgain(user: User, at: number, { leave, stayAway, retry }: Reactions): boolean {
    const { uniform } = this.#random
    if (retry > 0 && uniform() < retry) {
      this.#returning.add(at + this.#wait(gapMs.retry), user)
      return true
    }
    if (leave > 0 && uniform() < leave) user.awayUntil = Number.POSITIVE_INFINITY
    else if (stayAway > 0) user.awayUntil = at + this.#wait(stayAway)
    return false
  }

  #visit(user: User, at: number): Visit {
    const { anonymous } = this.#habits.traffic
    const named = anonymous === 0 || this.#random.uniform() >= anonymous
    return { at: Math.round(at), user, named, ...this.#answers.answer(user.traits, this.#start + at) }
  }

  #comes({ activity }: User): boolean {
    return activity === this.#mostActive || this.#random.uniform() * this.#mostActive < activity
  }

  #nextArrival(): number {
    const { traffic } = this.#habits
    const changes = traffic.perWeek !== 1 || traffic.episodes.length > 0
    const isSteady = traffic.dailySwing === 0 && traffic.weekend === 1 && !changes
    for (;;) {
      const busiest = busiestTraffic(traffic, this.#lastAt)
      const rate = ((requestsPerHour(traffic) / traffic.perVisit) * busiest * this.#mostActive) / hourMs
      const wait = this.#wait(1 / rate)
      if (changes && wait > dayMs) {
        // Whoever has not come for a day waits as long as anybody, at the rate of the next one.
        this.#lastAt += dayMs
        continue
      }
      this.#lastAt += wait
      // Thinning: arrivals are drawn at the highest rate, and kept in proportion to the present rate.
      if (isSteady || this.#random.uniform() * busiest < trafficAt(traffic, this.#start, this.#lastAt))
        return this.#lastAt
    }
  }

  /** Draws a user's place, and returns its user: a new one, if the last one has left. */
  #userAt(at: number): User {
    const { newUsersPerDay } = this.#habits.traffic
    const number = this.#pickSeat()
    const seat = this.#seats[number]
    const stays =
      seat &&
      (newUsersPerDay === 0 || this.#random.uniform() < Math.exp((-newUsersPerDay * (at - seat.seenAt)) / dayMs))
    if (stays) {
      seat.seenAt = at
      return seat.user
    }
    const taken = (seat?.taken ?? 0) + 1
    const name = taken === 1 ? `user-${number}` : `user-${number}-${taken}`
    const user = newUser(name, this.#answers.newTraits(), at)
    this.#seats[number] = { user, seenAt: at, taken }
    return user
  }

  /** An exponential time with this mean. */
  #wait(mean: number): number {
    return -Math.log(this.#random.uniform()) * mean
  }
}

/** Draws a user's number, in proportion to how much the user sends. */
function seatsOf({ users, heavyTail }: ScenarioTraffic, random: Random): () => number {
  if (heavyTail === 0) return () => Math.floor(random.uniform() * users)
  const sums = new Float64Array(users)
  let total = 0
  for (let user = 0; user < users; user += 1) {
    total += (user + 1) ** -heavyTail
    sums[user] = total
  }
  return () => {
    const point = random.uniform() * total
    let [low, high] = [0, users - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((sums[middle] ?? total) < point) low = middle + 1
      else high = middle
    }
    return low
  }
}
