import { hashedFraction } from '../../hashed-fraction.ts'
import type { LabelUnit } from './label-unit.ts'

/** A unit that was drawn, and with which probability. */
export interface ChosenUnit<Unit> {
  unit: Unit
  /** In (0,1]. */
  probability: number
}

/**
 * Draws about `count` units for labelling. Each is drawn by itself with its own probability (Poisson sampling), so that
 * a mean weighted by 1/probability has no bias, also when labelling in the order of `inShownOrder` ends early. The same
 * seed draws the same, and with a larger count the same and more.
 */
export function chooseUnits<Unit extends LabelUnit>(
  units: readonly Unit[],
  { count, seed }: { count: number; seed: string },
): ChosenUnit<Unit>[] {
  const probabilities = probabilitiesOf(weightsOf(units), count)
  return units.flatMap((unit, index) => {
    // What is written down is what is drawn with.
    const probability = Number((probabilities[index] ?? 0).toPrecision(4))
    return draw(seed, 'unit', unit.case, unit.output, unit.item) < probability ? [{ unit, probability }] : []
  })
}

/** In random order, which has nothing to do with the draw; the items of one output stay side by side. */
export function inShownOrder<Place extends { case: string; item: string; output: string }>(
  places: readonly Place[],
  seed: string,
): Place[] {
  return places
    .map((place) => {
      const { case: id, output, item } = place
      return { place, ofOutput: draw(seed, 'order', id, output), ofItem: draw(seed, 'order', id, output, item) }
    })
    .sort((a, b) => a.ofOutput - b.ofOutput || a.ofItem - b.ofItem)
    .map(({ place }) => place)
}

/** What the labels are for. Each purpose divides all units into groups, and each of its groups gets the same share. */
const purposes: { share: number; groupsOf: (unit: LabelUnit) => readonly string[] }[] = [
  // Keeps the probability of every unit above 0, and its weight below four times the mean.
  { share: 0.25, groupsOf: () => [''] },
  // Where the judge says no is rare, its noes would hardly be drawn.
  { share: 0.4, groupsOf: ({ item, verdict }) => [`${item} ${verdict}`] },
  {
    share: 0.2,
    groupsOf: ({ isNearFlip, differs }) => [isNearFlip ? 'near the flip' : differs ? 'differs' : 'steady'],
  },
  { share: 0.075, groupsOf: ({ candidate }) => [String(candidate)] },
  { share: 0.075, groupsOf: ({ tags }) => (tags.length === 0 ? [''] : [...new Set(tags)]) },
]

/**
 * A weight for each unit, in all 1: the sum of what each purpose gives it. A unit with several tags is in all groups.
 */
function weightsOf(units: readonly LabelUnit[]): number[] {
  const weights = units.map(() => 0)
  for (const { share, groupsOf } of purposes) {
    const sizes = new Map<string, number>()
    const groups = units.map(groupsOf)
    for (const own of groups) for (const group of own) sizes.set(group, (sizes.get(group) ?? 0) + 1 / own.length)
    for (const [index, own] of groups.entries()) {
      const parts = own.map((group) => share / sizes.size / (sizes.get(group) ?? 1) / own.length)
      weights[index] = parts.reduce((sum, part) => sum + part, weights[index] ?? 0)
    }
  }
  return weights
}

/** Probabilities in proportion to weights, at most 1, that add up to `count`; all 1 where there are no more units. */
function probabilitiesOf(weights: readonly number[], count: number): number[] {
  if (count >= weights.length) return weights.map(() => 1)
  const certain = new Set<number>()
  for (;;) {
    const free = weights.reduce((sum, weight, index) => (certain.has(index) ? sum : sum + weight), 0)
    const factor = (count - certain.size) / free
    const sure = certain.size
    for (const [index, weight] of weights.entries()) if (weight * factor >= 1) certain.add(index)
    if (certain.size === sure) return weights.map((weight, index) => (certain.has(index) ? 1 : weight * factor))
  }
}

/** Uniform in [0, 1), always the same for the same words. */
function draw(...words: string[]): number {
  return hashedFraction(JSON.stringify(words))
}
