import { type Ledger, sumLedgers } from '../../core/answers/ledger.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf, chooseSuite } from '../../core/suite/prompt/suites.ts'
import { SluiceError } from '../../errors.ts'
import type { DrillRate, DrillReport, DrillStrength } from '../../records/report/drill-report.ts'
import { hint } from '../../text/did-you-mean.ts'
import { doubtAboutPass } from '../calibration/judge-reason.ts'
import { costOf } from '../report/measured-feature.ts'
import { reproduction } from '../report/reproduction.ts'
import type { RunContext } from '../run/session.ts'
import type { GateOutcome } from '../verdict/verdict.ts'
import { type DrillBench, openBench } from './drill-bench.ts'
import { coveredRate, ratesOf, versionRatesOf } from './kill-rates.ts'
import type { OutputMutator } from './mutators/mutator.ts'
import { outputMutators } from './mutators/output-mutators.ts'
import { mutantsOf } from './plan-mutants.ts'
import { playUnchanged, type TriedMutant, tryMutant } from './run-mutant.ts'
import { explainSurvivors } from './survivors.ts'
import {
  tryVersion,
  undecidedNote,
  unnoticedOf,
  untriable,
  versionMutantsOf,
  versionMutators,
} from './version-mutants.ts'

export interface DrillOptions {
  suite?: string | undefined
  seed: number
  /** Names of mutators; all unless given. */
  only?: readonly string[] | undefined
  /** Also mutators of prompt and model, for which the model answers anew. */
  generate?: boolean | undefined
  /** Lets checks alone score what was changed. */
  withoutJudge?: boolean | undefined
  /** Models for `other-model`. */
  model?: readonly string[] | undefined
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
  const { ofOutputs: mutators, ofVersions } = chosenMutators(options)
  const suite = chooseSuite(prompt, options.suite)
  await requireTags(prompt, { suite, tags: options.tag ?? [] }, context.project)
  context.progress.label(prompt.feature)
  const bench = await openBench(prompt, { ...options, suite, repeats: options.repeats }, context)
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
  const models = options.model ?? []
  const worse = await tryVersions(prompt, fault ? [] : ofVersions, { suite, bench, models }, context)
  const mutants = tried.map(({ report }) => report)
  const { judge } = bench.kept
  const ledger = sumLedgers([bench.kept.ledger, ...worse.ledgers])
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
    versions: worse.versions,
    versionRates: versionRatesOf(worse.versions),
    unnoticed: unnoticedOf(worse.versions, prompt),
    notApplicable,
    notes: [
      ...(options.withoutJudge ? [withoutJudgeNote] : []),
      ...judgeNotes(bench),
      ...unjudgedNotes(tried),
      ...worse.notes,
      ...undecidedNote(worse.versions, bench.policy),
    ],
    judge: ledger.judgeCalls > 0 && judge ? { id: judge.id, model: judge.model } : null,
    calls: ledger.misses,
    fromStore: ledger.hits,
    fromRecordings: ledger.recorded,
    usd: costOf(ledger).usd,
    unpricedCalls: ledger.unpricedCalls,
    reproduce: reproduction(['drill', prompt.feature], {
      '--suite': options.suite,
      '--only': options.only?.join(','),
      '--strength': options.strength?.join(','),
      '--generate': options.generate,
      '--without-judge': options.withoutJudge,
      '--model': options.model,
      '--tag': options.tag,
      '--seed': options.seed,
      '--mutants': options.mutants,
      '--repeats': options.repeats,
    }),
  }
  const outOfBudget =
    worse.versions.some(({ reasons }) => reasons.includes('budget')) ||
    [...bench.cases.flatMap(({ answers }) => answers), ...tried.flatMap(({ changed }) => changed)].some(
      (answer) => ('after' in answer ? answer.after : answer.detail).state === 'budgetStopped',
    )
  return { ...report, exitCode: exitCodeOf(report, { minKill: options.minKill, outOfBudget }) }
}

/** @throws SluiceError `invalid-input` for a name that no mutator has */
function chosenMutators({ only, generate, model }: DrillOptions): {
  ofOutputs: readonly OutputMutator[]
  ofVersions: string[]
} {
  const names = [...outputMutators.map(({ name }) => name), ...versionMutators]
  const unknown = only?.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new SluiceError(
      'invalid-input',
      `--only ${unknown}: there is no such mutator. Mutators: ${names.join(', ')}.`,
    )
  }
  const usual = generate ? versionMutators : model ? ['other-model'] : []
  return {
    ofOutputs: only ? outputMutators.filter(({ name }) => only.includes(name)) : outputMutators,
    ofVersions: versionMutators.filter((name) => (only ?? usual).includes(name)),
  }
}

/** @throws SluiceError `invalid-input` for a tag that no case of the suite has, before anything is paid for */
async function requireTags(
  prompt: Prompt,
  { suite, tags }: { suite: string; tags: readonly string[] },
  { files, config: { root } }: RunContext['project'],
): Promise<void> {
  if (tags.length === 0) return
  const cases = await Array.fromAsync(casesOf(files, prompt, suite, { root }))
  const known = [...new Set(cases.flatMap((each) => each.tags))]
  const unknown = tags.find((tag) => !known.includes(tag))
  if (unknown === undefined) return
  throw new SluiceError(
    'invalid-input',
    `--tag ${unknown}: there is no such tag in the suite ${suite}${hint(unknown, known)}`,
  )
}

interface TriedVersions {
  versions: DrillReport['versions']
  ledgers: Ledger[]
  notes: string[]
}

/** Tries every worse version of prompt and model that was asked for, until the budget ends. */
async function tryVersions(
  prompt: Prompt,
  only: readonly string[],
  { suite, bench, models }: { suite: string; bench: DrillBench; models: readonly string[] },
  context: RunContext,
): Promise<TriedVersions> {
  const found: TriedVersions = { versions: [], ledgers: [], notes: [] }
  if (only.length === 0) return found
  const fault = await untriable(prompt, context)
  if (fault !== undefined) return { ...found, notes: [`${only.join(', ')}: not tried, since ${fault}.`] }
  if (only.includes('other-model') && models.length === 0)
    found.notes.push('other-model: name one by --model provider:model.')
  for (const mutant of await versionMutantsOf(prompt, { only, models }, context.project)) {
    const { report, run } = await tryVersion(mutant, bench, suite, context)
    found.versions.push(report)
    found.ledgers.push(run.ledger)
    if (run.observations.budgetStops > 0) break
  }
  return found
}

/** Why no drill can be made of these answers. */
function faultOf(
  { cases }: DrillBench,
  unchanged: readonly GateOutcome[],
): Pick<DrillReport, 'state' | 'message'> | undefined {
  const scores = cases.flatMap(({ answers }) => answers.flatMap(({ detail }) => detail.score ?? []))
  const isSpent = cases.some(({ answers }) => answers.some(({ detail }) => detail.state === 'budgetStopped'))
  if (scores.length === 0)
    return {
      state: 'no-answers',
      message: isSpent
        ? 'The budget ended before one answer of the version as it is had a score: raise it with --budget-usd.'
        : 'Not one answer of the version as it is has a score: fix that first: sluice eval shows why.',
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

/**
 * 0 where enough of the medium and strong mutants and of the worse versions were killed, 1 where not, 4 out of budget.
 * What was not judged counts as not killed; where that alone keeps the share too low, nothing is decided: 2.
 */
function exitCodeOf(
  { state, rates, versions }: Pick<DrillReport, 'state' | 'rates' | 'versions'>,
  { minKill, outOfBudget }: { minKill: number; outOfBudget: boolean },
): number {
  if (outOfBudget || state === 'no-answers') return 4
  if (state !== 'drilled') return 2
  const counted = rates.filter(
    ({ mutator, strength }) => mutator === null && (strength === 'medium' || strength === 'strong'),
  )
  const sum = (of: (rate: DrillRate) => number) => counted.reduce((total, rate) => total + of(rate), 0)
  const ofVersions = (outcome: string) => versions.filter((one) => one.outcome === outcome).length
  const all = sum(({ mutants }) => mutants) + versions.length
  const judged = all - sum(({ notJudged }) => notJudged) - ofVersions('not-judged')
  const killed = sum((rate) => rate.killed) + ofVersions('killed')
  if (judged === 0) return 2
  if (killed >= minKill * all) return 0
  return killed < minKill * judged ? 1 : 2
}

const withoutJudgeNote =
  'The judge was not asked about changed answers: its verdicts on the answers before stay. These are the kills of the checks alone.'

/** What the gate would do about the judge besides, which no drill counts: it would be the same without any change. */
function judgeNotes({ restsOn, settings }: DrillBench): string[] {
  const doubt = doubtAboutPass(restsOn, settings.judge)
  if (!doubt) return []
  const what = doubt.blocks ? 'lets no change pass' : 'calls each pass weak'
  return [`gate.judge ${what}, and this drill leaves that out: it would notice no change by it. ${doubt.message}`]
}

/** Why changed answers could not be judged, by the first of them. */
function unjudgedNotes(tried: readonly TriedMutant[]): string[] {
  const unjudged = tried.filter(({ report }) => report.outcome === 'not-judged')
  const error = unjudged.flatMap(({ changed }) => changed).find(({ after }) => after.error !== undefined)?.after.error
  if (unjudged.length === 0 || error === undefined) return []
  const [cause] = error.split('\n')
  return [`${unjudged.length} of ${tried.length} mutants were not judged, so nothing is known of them: ${cause}.`]
}
