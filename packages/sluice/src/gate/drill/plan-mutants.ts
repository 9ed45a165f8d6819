import type { DrillStrength } from '../../records/report/drill-report.ts'
import type { KeptCase } from './kept-answers.ts'
import type { OutputMutator } from './mutators/mutator.ts'
import { drawOne, drawSome, randomFor } from './seeded.ts'

/** How many of the cases that a mutator can change it does change, and at how many places of each answer. */
export const strengths: Record<DrillStrength, { share: number; places: number; says: string }> = {
  weak: { share: 0.1, places: 1, says: 'one place in a tenth of the cases' },
  medium: { share: 0.5, places: 1, says: 'one place in half of the cases' },
  strong: { share: 1, places: 3, says: 'up to three places in every case' },
  'one-tag': { share: 1, places: 3, says: 'as strong, on the cases of one tag alone' },
}

/** One planted regression: which answers are changed, and how. */
export interface Mutant {
  mutator: OutputMutator
  strength: DrillStrength
  tag: string | null
  /** From 1. */
  number: number
  /** Positions of the cases whose answers are changed. */
  cases: ReadonlySet<number>
  places: number
}

interface AnswerToChange {
  output: string | undefined
  caseId: string
  repeat: number
  seed: number
  /** The first answer of every case. */
  others: readonly string[]
}

/** The first answer of each case, for mutators that take something from another. */
export function firstOutputs(cases: readonly KeptCase[]): string[] {
  return cases.flatMap(({ answers }) => answers[0]?.detail.output ?? [])
}

/** The answer after the mutator, the same for every mutant of the seed; undefined where it stays as it is. */
export function mutated(
  { mutator, places }: Pick<Mutant, 'mutator' | 'places'>,
  { output, caseId, repeat, seed, others }: AnswerToChange,
): string | undefined {
  if (output === undefined) return undefined
  const random = randomFor(seed, 'places', mutator.name, places, caseId, repeat)
  const changed = mutator.mutate(output, { most: places, random, others })
  return changed === output ? undefined : changed
}

/** The positions of the cases of which the mutator changes at least one answer. */
function applicableCases(mutator: OutputMutator, cases: readonly KeptCase[], seed: number): number[] {
  const others = firstOutputs(cases)
  return cases.flatMap(({ testCase, answers }, position) => {
    const changes = answers.some(
      ({ repeat, detail: { output, score } }) =>
        score !== undefined &&
        mutated({ mutator, places: 1 }, { output, caseId: testCase.id, repeat, seed, others }) !== undefined,
    )
    return changes ? [position] : []
  })
}

/** The mutants of one mutator; none where no case is applicable, or no tag has two applicable cases. */
export function mutantsOf(
  mutator: OutputMutator,
  cases: readonly KeptCase[],
  options: { seed: number; each: number; strengths: readonly DrillStrength[]; tags?: readonly string[] | undefined },
): Mutant[] {
  const { seed, each } = options
  const applicable = applicableCases(mutator, cases, seed)
  if (applicable.length === 0) return []
  return options.strengths.flatMap((strength) => {
    const { share, places } = strengths[strength]
    return Array.from({ length: each }, (_, index): Mutant[] => {
      const random = randomFor(seed, 'cases', mutator.name, strength, index)
      const tag = strength === 'one-tag' ? tagOf(cases, applicable, options.tags, random) : null
      if (tag === undefined) return []
      const within = tag === null ? applicable : applicable.filter((at) => hasTag(cases[at], tag))
      const chosen = drawSome(within, Math.max(1, Math.round(share * within.length)), random)
      return [{ mutator, strength, tag, number: index + 1, cases: new Set(chosen), places }]
    }).flat()
  })
}

function tagOf(
  cases: readonly KeptCase[],
  applicable: readonly number[],
  wanted: readonly string[] | undefined,
  random: Parameters<typeof drawOne>[1],
): string | undefined {
  const tags = [...new Set(applicable.flatMap((position) => cases[position]?.testCase.tags ?? []))]
  const usable = tags.filter(
    (tag) =>
      (wanted === undefined || wanted.includes(tag)) &&
      applicable.filter((position) => hasTag(cases[position], tag)).length > 1,
  )
  return drawOne(usable.toSorted(), random)
}

function hasTag(kept: KeptCase | undefined, tag: string): boolean {
  return kept?.testCase.tags.includes(tag) ?? false
}
