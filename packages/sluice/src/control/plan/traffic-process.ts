import { cholesky, solveLower, timesLower } from '../../stats/cholesky.ts'
import type { Random } from '../../stats/random.ts'

/** When some hours were or will be. */
export interface TimePlace {
  /** Their middle in days from now, negative in the past. */
  day: number
  weekday: number
  quarter: number
}

/** Requests of some hours in the past. */
export interface Seen extends TimePlace {
  /** Logarithm of their number over that which was to be expected. */
  value: number
  /** How much that logarithm varies by chance alone. */
  variance: number
}

/** How much traffic changes: standard deviations of its logarithm. */
interface Habit {
  /** From one day to the next, for good. */
  walk: number
  /** In single blocks. */
  noise: number
  /** Between the days of a week. */
  weekday: number
  /** When the level has jumped, in days; null: it has not. */
  jumpedAt: number | null
}

const walks = [0.02, 0.1]
const noises = [0.03, 0.1, 0.3]
const weekdays = [0.03, 0.5]
const jumps = [null, -0.25, -0.5, -1, -2]
const habits: Habit[] = walks.flatMap((walk) =>
  noises.flatMap((noise) =>
    weekdays.flatMap((weekday) => jumps.map((jumpedAt) => ({ walk, noise, weekday, jumpedAt }))),
  ),
)
/** How much the level, its growth in a day and a jump usually vary; a jump has a chance of one in fifty. */
const usual = { level: 1, growth: 0.03, jump: 0.5, jumps: 0.02 }
/** Between the quarters of a day: what remains of them where the hours of the day are known, and all. */
const quarters = { known: 0.05, unknown: 0.5 }
/** In days from now: before that nothing is told apart. */
const longAgo = -60
/** What is less likely than the best by this factor, a logarithm, is left out. */
const hopeless = 4
const golden = (Math.sqrt(5) - 1) / 2

/**
 * Futures of which each is as likely as any other, as factors at the places `ahead`: by a Gaussian process of the
 * logarithm, with a level that wanders and may have jumped, growth, days of the week and quarters of the day. How much
 * of each there is, what was seen says; where it says little, the futures have some of everything.
 */
export async function possibleFutures(
  seen: readonly Seen[],
  ahead: readonly TimePlace[],
  {
    count,
    knowsHours,
    random,
    pause,
  }: { count: number; knowsHours: boolean; random: Random; pause: () => Promise<void> },
): Promise<number[][]> {
  const quarter = knowsHours ? quarters.known : quarters.unknown
  const fits: Fit[] = []
  for (const habit of habits) {
    fits.push(fitOf(seen, (a, b) => covariance(a, b, habit, quarter), habit))
    await pause()
  }
  const best = Math.max(...fits.map(({ logChance }) => logChance))
  const likely = fits.filter(({ logChance }) => logChance > best - hopeless)
  let all = 0
  const upTo = likely.map(({ logChance }) => {
    all += Math.exp(logChance - best)
    return all
  })
  const draws = new Map<Fit, () => number[]>()
  const futures: number[][] = []
  for (let i = 0; i < count; i += 1) {
    // Evenly spread, so that the first of them have some of each habit too.
    const point = all * ((i * golden) % 1)
    const fit = likely[upTo.findIndex((sum) => sum >= point)]
    if (!fit) throw new Error('no habit explains the traffic')
    const draw = draws.get(fit) ?? drawing(fit, seen, ahead, random)
    draws.set(fit, draw)
    futures.push(draw())
    await pause()
  }
  return futures
}

function covariance(a: TimePlace, b: TimePlace, { walk, weekday, jumpedAt }: Habit, quarter: number): number {
  return (
    usual.level ** 2 +
    usual.growth ** 2 * a.day * b.day +
    walk ** 2 * (Math.min(a.day, b.day) - longAgo) +
    (a.weekday === b.weekday ? weekday ** 2 : 0) +
    (a.quarter === b.quarter ? quarter ** 2 : 0) +
    (jumpedAt !== null && Math.min(a.day, b.day) > jumpedAt ? usual.jump ** 2 : 0)
  )
}

type Covariance = (a: TimePlace, b: TimePlace) => number

/** What was seen, as one habit explains it. */
interface Fit {
  covariance: Covariance
  noise: number
  lower: ReturnType<typeof cholesky>
  /** What was seen, made independent. */
  white: Float64Array
  /** Logarithm of how likely the habit is, but for a constant. */
  logChance: number
}

function fitOf(seen: readonly Seen[], covariance: Covariance, habit: Habit): Fit {
  const noise = habit.noise ** 2
  const lower = cholesky(seen, (a, b) => covariance(a, b) + (a === b ? noise + a.variance : 0))
  const white = solveLower(
    lower,
    seen.map(({ value }) => value),
  )
  const prior = habit.jumpedAt === null ? 0 : Math.log(usual.jumps)
  const logChance = lower.reduce((sum, row, i) => sum - Math.log(row[i] ?? 1) - (white[i] ?? 0) ** 2 / 2, prior)
  return { covariance, noise, lower, white, logChance }
}

function drawing(
  { covariance, noise, lower, white }: Fit,
  seen: readonly Seen[],
  ahead: readonly TimePlace[],
  random: Random,
): () => number[] {
  const places = ahead.map((place) => {
    const link = solveLower(
      lower,
      seen.map((one) => covariance(place, one)),
    )
    return { place, link, mean: dot(link, white) }
  })
  const spread = cholesky(places, (a, b) => covariance(a.place, b.place) - dot(a.link, b.link) + (a === b ? noise : 0))
  return () => {
    const away = timesLower(
      spread,
      places.map(() => random.normal()),
    )
    return places.map(({ mean }, i) => Math.exp(mean + (away[i] ?? 0)))
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, each, i) => sum + each * (b[i] ?? 0), 0)
}
