import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { chooseSuite } from '../../core/suite/prompt/suites.ts'
import { SluiceError } from '../../errors.ts'
import type { DrillRate, DrillReport, DrillStrength } from '../../records/report/drill-report.ts'
import { clopperPearson } from '../../stats/index.ts'
import { reproduction } from '../report/reproduction.ts'
import { costOf } from '../report/summarize.ts'
import type { RunContext } from '../run/session.ts'
import type { GateOutcome } from '../verdict/verdict.ts'
import { type DrillBench, openBench } from './drill-bench.ts'
import type { OutputMutator } from './mutators/mutator.ts'
import { outputMutators } from './mutators/output-mutators.ts'
import { mutantsOf } from './plan-mutants.ts'
import { playUnchanged, type TriedMutant, tryMutant } from './run-mutant.ts'
import { explainSurvivors } from './survivors.ts'

export interface DrillOptions {
  suite?: string | undefined
  seed: number
  /** Names of mutators; all unless given. */
  only?: readonly string[] | undefined
  strength?: readonly DrillStrength[] | undefined
  /** Tags for mutants on one tag only; all unless given. */
  tag?: readonly string[] | undefined
  /** Mutants of each mutator and strength. */
  mutants: number
  /** Answers per case. */
  repeats?: number | undefined
  /** The least share of medium and strong mutants that must be killed. */
  minKill: number
  /** ms since the epoch. */
  now: number
}

/** Plants regressions in the answers of a feature, and lets the gate judge each. */
export async function drill(prompt: Prompt, options: DrillOptions, context: RunContext): Promise<DrillReport> {
  const mutators = chosenMutators(options.only)
  const suite = chooseSuite(prompt, options.suite)
  context.progress.label(prompt.feature)
  const bench = await openBench(prompt, { suite, repeats: options.repeats, seed: options.seed }, context)
  const unchanged: GateOutcome[] = []
  for (let number = 1; number <= 4 * options.mutants; number += 1) unchanged.push(await playUnchanged(number, bench))
  bench.detectableDrop = unchanged[0]?.decision.comparison?.detectableDrop ?? null
  const fault = faultOf(bench, unchanged)
  const tried: TriedMutant[] = []
  const notApplicable: DrillReport['notApplicable'] = []
  for (const mutator of fault ? [] : mutators) {
    const mutants = mutantsOf(mutator, bench.cases, {
      seed: options.seed,
      each: options.mutants,
      strengths: options.strength ?? ['weak', 'medium', 'strong', 'one-tag'],
      tags: options.tag,
    })
    if (mutants.length === 0) notApplicable.push({ mutator: mutator.name, needs: mutator.needs })
    for (const mutant of mutants) {
      const one = await tryMutant(mutant, bench)
      tried.push(one)
      if (one.changed.some(({ after }) => after.state === 'budgetStopped')) break
    }
  }
  const mutants = tried.map(({ report }) => report)
  const { ledger, judge } = bench.kept
  const report = {
    schema: 'sluice.drill/1' as const,
    at: new Date(options.now).toISOString(),
    feature: prompt.feature,
    version: prompt.id,
    suite,
    seed: options.seed,
    state: fault?.state ?? ('drilled' as const),
    message: fault?.message ?? null,
    baseline: baselineOf(bench, unchanged),
    rates: ratesOf(mutants, mutators),
    covered: coveredRate(mutants),
    mutants,
    survivors: await explainSurvivors(tried, prompt, prompt.suites[suite] ?? prompt.file, bench),
    notApplicable,
    notes: [],
    judge: ledger.judgeCalls > 0 && judge ? { id: judge.id, model: judge.model } : null,
    calls: ledger.misses,
    fromStore: ledger.hits,
    fromRecordings: ledger.recorded,
    usd: costOf(ledger).usd,
    unpricedCalls: ledger.unpricedCalls,
    reproduce: reproduction(['drill', prompt.feature], {
      '--suite': options.suite,
      '--seed': options.seed,
      '--mutants': options.mutants,
      '--repeats': options.repeats,
    }),
  }
  return { ...report, exitCode: exitCodeOf(report, options.minKill) }
}

/** @throws SluiceError `invalid-input` for a name that no mutator has */
function chosenMutators(only: readonly string[] | undefined): readonly OutputMutator[] {
  const unknown = only?.find((name) => !outputMutators.some((mutator) => mutator.name === name))
  if (unknown !== undefined) {
    const names = outputMutators.map(({ name }) => name).join(', ')
    throw new SluiceError('invalid-input', `--only ${unknown}: there is no such mutator. Mutators: ${names}.`)
  }
  return only ? outputMutators.filter(({ name }) => only.includes(name)) : outputMutators
}

/** Why no drill can be made of these answers. */
function faultOf(
  { cases }: DrillBench,
  unchanged: readonly GateOutcome[],
): Pick<DrillReport, 'state' | 'message'> | undefined {
  const scores = cases.flatMap(({ answers }) => answers.flatMap(({ detail }) => detail.score ?? []))
  if (scores.length === 0)
    return {
      state: 'no-answers',
      message: 'Not one answer of the version as it is has a score: mend that first, sluice eval shows why.',
    }
  if (scores.every((score) => score === 0))
    return {
      state: 'everything-fails',
      message:
        'Every case already scores 0: no answer can get worse, so no regression can show. Look at the checks first.',
    }
  const passed = unchanged.filter(({ final }) => final.exitCode === 0).length
  if (passed * 2 > unchanged.length) return undefined
  const [first] = unchanged
  return {
    state: 'baseline-fails',
    message: `The version as it is does not pass its own gate (${first?.final.verdict}): ${first?.final.reasons[0]?.message ?? ''} A drill starts from a version that passes.`,
  }
}

function baselineOf({ cases, detectableDrop }: DrillBench, unchanged: readonly GateOutcome[]): DrillReport['baseline'] {
  const [first] = unchanged
  return {
    cases: cases.length,
    answersPerCase: Math.max(0, ...cases.map(({ answers }) => answers.length)),
    mean: first?.baselineMean ?? null,
    verdict: first?.final.verdict ?? null,
    detectableDrop,
    unchanged: {
      runs: unchanged.length,
      failed: unchanged.filter(({ final }) => final.verdict === 'fail').length,
      held: unchanged.filter(({ final }) => final.verdict === 'inconclusive' && final.exitCode !== 0).length,
    },
  }
}

function ratesOf(mutants: DrillReport['mutants'], mutators: readonly OutputMutator[]): DrillRate[] {
  const names = [...mutators.map(({ name }) => name), null]
  return names.flatMap((mutator) =>
    (['weak', 'medium', 'strong', 'one-tag'] as const).flatMap((strength) => {
      const of = mutants.filter((one) => one.strength === strength && (mutator === null || one.mutator === mutator))
      return of.length === 0 ? [] : [rateOf(of, mutator, strength)]
    }),
  )
}

function rateOf(of: DrillReport['mutants'], mutator: string | null, strength: DrillStrength): DrillRate {
  const count = (outcome: string) => of.filter((one) => one.outcome === outcome).length
  const [killed, notJudged] = [count('killed'), count('not-judged')]
  const judged = of.length - notJudged
  const interval = judged > 0 ? clopperPearson(killed, judged) : { low: null, high: null }
  const rate = judged > 0 ? killed / judged : null
  return {
    ...{ mutator, strength, mutants: of.length, killed, held: count('held'), survived: count('survived'), notJudged },
    ...{ rate, ...interval },
  }
}

/** The rate of what the measure sees: where it sees nothing, no number of cases would help. */
function coveredRate(mutants: DrillReport['mutants']): DrillReport['covered'] {
  const counted = mutants.filter(
    ({ strength, noticed, outcome }) =>
      (strength === 'medium' || strength === 'strong') && (noticed ?? 0) >= 0.5 && outcome !== 'not-judged',
  )
  const { mutants: all, killed, rate, low, high } = rateOf(counted, null, 'medium')
  return { mutants: all, killed, rate, low, high }
}

/** 0 where enough medium and strong mutants were killed, 1 where not, 2 where nothing was decided, 4 out of budget. */
function exitCodeOf({ state, rates }: Pick<DrillReport, 'state' | 'rates'>, minKill: number): number {
  if (state === 'no-answers') return 4
  if (state !== 'drilled') return 2
  const counted = rates.filter(
    ({ mutator, strength }) => mutator === null && (strength === 'medium' || strength === 'strong'),
  )
  const sum = (of: (rate: DrillRate) => number) => counted.reduce((total, rate) => total + of(rate), 0)
  const judged = sum(({ mutants, notJudged }) => mutants - notJudged)
  if (judged === 0) return 2
  return sum(({ killed }) => killed) / judged >= minKill ? 0 : 1
}
