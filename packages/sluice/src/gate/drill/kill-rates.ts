import type { DrillRate, DrillReport, DrillStrength } from '../../records/report/drill-report.ts'
import { clopperPearson } from '../../stats/index.ts'
import type { OutputMutator } from './mutators/mutator.ts'

/** The share of planted regressions that the gate stops, of each mutator and strength, and of all together. */
export function ratesOf(mutants: DrillReport['mutants'], mutators: readonly OutputMutator[]): DrillRate[] {
  const names = [...mutators.map(({ name }) => name), null]
  return names.flatMap((mutator) =>
    (['weak', 'medium', 'strong', 'one-tag'] as const).flatMap((strength) => {
      const of = mutants.filter((one) => one.strength === strength && (mutator === null || one.mutator === mutator))
      return of.length === 0 ? [] : [rateOf(of, mutator, strength)]
    }),
  )
}

function rateOf(of: DrillReport['mutants'], mutator: string | null, strength: DrillStrength): DrillRate {
  return { mutator, strength, ...countsOf(of) }
}

/** The rate of each mutator of prompt and model. */
export function versionRatesOf(versions: DrillReport['versions']): DrillReport['versionRates'] {
  return [...new Set(versions.map(({ mutator }) => mutator))].map((mutator) => ({
    mutator,
    ...countsOf(versions.filter((one) => one.mutator === mutator)),
  }))
}

/** Where more than this share was not judged there is no rate: the rest may be another kind of mutants. */
const mostNotJudged = 0.02

function countsOf(of: readonly { outcome: string }[]) {
  const count = (outcome: string) => of.filter((one) => one.outcome === outcome).length
  const [killed, notJudged] = [count('killed'), count('not-judged')]
  const judged = of.length - notJudged
  const isKnown = judged > 0 && notJudged <= mostNotJudged * of.length
  const interval = isKnown ? clopperPearson(killed, judged) : { low: null, high: null }
  const rate = isKnown ? killed / judged : null
  return {
    ...{ mutants: of.length, killed, held: count('held'), survived: count('survived'), notJudged },
    ...{ rate, ...interval },
  }
}

/** The rate of what the measure sees: where it sees nothing, no number of cases would help. */
export function coveredRate(mutants: DrillReport['mutants']): DrillReport['covered'] {
  const counted = mutants.filter(
    ({ strength, noticed, outcome }) =>
      (strength === 'medium' || strength === 'strong') && ((noticed ?? 0) >= 0.5 || outcome === 'not-judged'),
  )
  const { mutants: all, killed, rate, low, high } = rateOf(counted, null, 'medium')
  return { mutants: all, killed, rate, low, high }
}
