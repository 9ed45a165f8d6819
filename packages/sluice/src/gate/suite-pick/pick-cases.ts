import { normInv, seededRandom } from '../../stats/index.ts'
import { power } from '../verdict/detectable-drop.ts'

/** What the choice knows of a case. */
export interface PickCase {
  id: string
  /** > 0. */
  weight: number
  tags: readonly string[]
  critical: boolean
  cluster: string | undefined
  /** Its mean score, from 0 to 1: how far it can fall. */
  room: number
  /** Variance of the score of one answer. */
  noise: number
  /** What a run asks for it in USD; null where no price is known. */
  usd: number | null
}

export interface PickPlan {
  /** Standard deviation between cases of the true change of their scores. */
  tau: number
  margin: number
  /** Error rate of a wrong fail, one-sided. */
  alphaFail: number
}

export interface PickBudget {
  /** Cases at most; Infinity for no bound. */
  cases: number
  /** USD a run at most; Infinity for no bound. */
  usd: number
}

export interface PickedCases {
  chosen: PickCase[]
  /** Critical cases alone are more than the budget allows. */
  isTooSmall: boolean
  /** Tags that got fewer cases than their minimum: the tag, its cases, the minimum. */
  short: { tag: string; cases: number; least: number }[]
}

/** A tag needs so many cases to be judged by itself. */
const leastPerTag = 5

/** The sums from which error and shares of a choice follow, so that trying one case more costs little. */
interface Sums {
  weight: number
  noise: number
  room: number
  clusters: Map<string, number>
  between: number
  tags: Map<string, number>
}

const emptySums = (): Sums => ({ weight: 0, noise: 0, room: 0, clusters: new Map(), between: 0, tags: new Map() })

function addCase(sums: Sums, one: PickCase): void {
  const { weight, cluster = `\0${one.id}` } = one
  const before = sums.clusters.get(cluster) ?? 0
  sums.weight += weight
  sums.noise += 2 * weight ** 2 * one.noise
  sums.room += weight * one.room
  sums.between += (before + weight) ** 2 - before ** 2
  sums.clusters.set(cluster, before + weight)
  for (const tag of new Set(one.tags)) sums.tags.set(tag, (sums.tags.get(tag) ?? 0) + weight)
}

function sumsOf(cases: readonly PickCase[]): Sums {
  const sums = emptySums()
  for (const one of cases) addCase(sums, one)
  return sums
}

/**
 * The standard error of the mean change between two versions with one answer each:
 * sqrt(tau^2 sum_c (sum_{i in c} w_i)^2 + sum 2 w_i^2 s_i^2) / sum w, where cases of one cluster c change together.
 */
function standardError({ noise, between, weight }: Pick<Sums, 'noise' | 'between' | 'weight'>, tau: number): number {
  return Math.sqrt(tau ** 2 * between + noise) / weight
}

/** The smallest drop that a run of these cases fails with 80 % probability at its first round; null without a case. */
export function detectableDropOf(cases: readonly PickCase[], { tau, margin, alphaFail }: PickPlan): number | null {
  if (cases.length === 0) return null
  return margin + (normInv(1 - alphaFail) + normInv(power)) * standardError(sumsOf(cases), tau)
}

/**
 * Chooses greedily, one case at a time: all critical ones, then for each tag, the rarest first, up to 5, then whatever
 * fits the budget. Each step takes the case that makes this sum smallest:
 *
 *   SE(S) / SE(all) * room(all) / room(S) + sum over tags of |share of the weight in S - share in all|
 *
 * SE is the error of the mean change, and room the mean score: a case that always scores 0 cannot fall. Equal cases are
 * taken in an order that the seed shuffles.
 */
export function pickCases(
  all: readonly PickCase[],
  budget: PickBudget,
  { seed, ...plan }: PickPlan & { seed: number },
): PickedCases {
  const random = seededRandom(seed)
  const order = all.map((one) => ({ one, at: random.uniform() })).sort((a, b) => a.at - b.at)
  const left = new Set(order.map(({ one }) => one))
  const whole = sumsOf(all)
  const sums = emptySums()
  const chosen: PickCase[] = []
  let usd = 0
  const fits = (one: PickCase) => chosen.length < budget.cases && usd + (one.usd ?? 0) <= budget.usd
  const take = (one: PickCase) => {
    left.delete(one)
    chosen.push(one)
    addCase(sums, one)
    usd += one.usd ?? 0
  }
  const takeBest = (isMeant: (one: PickCase) => boolean): boolean => {
    let best: PickCase | undefined
    let least = Infinity
    for (const one of left) {
      if (!isMeant(one) || !fits(one)) continue
      const value = objective(sums, one, { whole, tau: plan.tau })
      if (value < least - 1e-12) [best, least] = [one, value]
    }
    if (best !== undefined) take(best)
    return best !== undefined
  }
  for (const one of all) if (one.critical) take(one)
  const isTooSmall = chosen.length > budget.cases || usd > budget.usd
  const counts = new Map<string, number>()
  for (const { tags } of all) for (const tag of new Set(tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  const rarest = [...counts].sort((a, b) => a[1] - b[1])
  const has = (tag: string) => chosen.filter(({ tags }) => tags.includes(tag)).length
  for (const [tag, count] of rarest) {
    while (has(tag) < Math.min(leastPerTag, count)) if (!takeBest(({ tags }) => tags.includes(tag))) break
  }
  while (takeBest(() => true));
  const short = rarest.flatMap(([tag, count]) => {
    const [cases, least] = [has(tag), Math.min(leastPerTag, count)]
    return cases < least ? [{ tag, cases, least }] : []
  })
  const places = new Map(all.map((one, at) => [one, at]))
  chosen.sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0))
  return { chosen, isTooSmall, short }
}

/** The sum that a step makes smallest, with one case more. */
function objective(sums: Sums, one: PickCase, { whole, tau }: { whole: Sums; tau: number }): number {
  const { weight, cluster } = one
  const before = cluster === undefined ? 0 : (sums.clusters.get(cluster) ?? 0)
  const next = {
    weight: sums.weight + weight,
    noise: sums.noise + 2 * weight ** 2 * one.noise,
    between: sums.between + (before + weight) ** 2 - before ** 2,
  }
  const error = standardError(next, tau) / Math.max(standardError(whole, tau), 1e-9)
  const room = (sums.room + weight * one.room) / next.weight
  const wholeRoom = whole.room / whole.weight
  let imbalance = 0
  for (const [tag, share] of whole.tags) {
    const own = (sums.tags.get(tag) ?? 0) + (one.tags.includes(tag) ? weight : 0)
    imbalance += Math.abs(own / next.weight - share / whole.weight)
  }
  return (error * wholeRoom) / Math.max(room, 1e-3) + imbalance
}
