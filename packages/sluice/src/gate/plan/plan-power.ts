import type { ProjectDatabase } from '../../core/answers/project-database.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { GateSettings } from '../../core/suite/config/gate-settings.ts'
import type { FeaturePlan, PlannedReach } from '../../records/report/gate-plan.ts'
import { gammaPReg } from '../../stats/index.ts'
import { formatAmount } from '../../text/format.ts'
import { minuteMs } from '../../time-units.ts'
import type { LabelledFeature } from '../calibration/labelled-feature.ts'
import { flakyCases } from '../flakes/flaky-cases.ts'
import { judgedAgain } from '../flakes/judged-again.ts'
import { cheapestRemedy, type NoiseSources, noiseSources } from '../flakes/noise-sources.ts'
import { policyOf } from '../run-gate.ts'
import { gateCases } from '../verdict/decide-by-rounds.ts'
import { type CasePair, pairsOf, type SummedCase, sumUp } from '../verdict/gate-case.ts'
import type { GatePolicy } from '../verdict/policy.ts'
import { casesByTag, fewestCases } from '../verdict/tags.ts'
import { type AnswerPrice, answerPrice, unknownPrice } from './answer-price.ts'
import { type KeptRun, lastMeasuredRun } from './kept-run.ts'
import { type Design, reachOf } from './reach.ts'
import { assumedNoise, noiseOf, type SuiteNoise } from './suite-noise.ts'
import { plansFor } from './wanted-drop.ts'

export interface PowerPlanOptions {
  /** The drop that is to be found. */
  drop?: number | undefined
  /** Standard deviation of answers to one case, and of the change between cases, in place of what was measured. */
  assumeSd?: number | undefined
  assumeSdBetween?: number | undefined
  /** Cases to plan from, in place of those of the suite. */
  cases?: number | undefined
  /** Calls under way at a time. */
  concurrency: number
}

/** What is planned for: a suite of a feature, or one that does not exist yet. */
export interface PlannedSuite {
  feature: string | null
  suite: string | null
  /** Those that the verdict counts. */
  cases: readonly Case[]
  /** Those that are asked and are no part of the verdict: in quarantine. */
  quarantined: readonly Case[]
  /** How many the suite has that this run does not ask. */
  heldOut: number
  settings: GateSettings
  /** The version as it is now; null without a project. */
  version: string | null
  /** Its labels; what the judge said of them more than once tells its noise. */
  labelled?: LabelledFeature | undefined
}

/** Where the results of earlier runs are. */
export interface KeptResults {
  root: string
  database: ProjectDatabase
}

/** What the plan rests on. */
interface Basis {
  noise: SuiteNoise
  measuredText: FeaturePlan['noise']
  price: AnswerPrice
  run: KeptRun | undefined
  sources: NoiseSources | undefined
  notes: string[]
  byTag: { tag: string; noise: SuiteNoise; cases: number }[]
}

const factors = [1, 1.5, 2, 3, 5]

/** What the gate of a suite sees, what more cases or repeats would add, and what that costs. No model is asked. */
export async function planPower(
  planned: PlannedSuite,
  options: PowerPlanOptions,
  kept: KeptResults | undefined,
): Promise<FeaturePlan> {
  const policy = policyOf(planned.settings)
  const basis = await basisOf(planned, options, kept)
  const { margin, estimand } = policy
  const head = { feature: planned.feature, suite: planned.suite, margin, estimand, wanted: options.drop ?? null }
  if (typeof basis === 'string') {
    return { ...head, message: basis, ...{ noise: null, now: null, table: [], tags: [], plans: [] }, ...nothingFlaky }
  }
  const { noise, price, run } = basis
  const priced = ({ cases, repeats }: Design) => {
    const answers = 2 * cases * repeats
    return {
      answers,
      usd: price.usd === null ? null : answers * price.usd,
      minutes: price.ms === null ? null : (answers * price.ms) / options.concurrency / minuteMs,
    }
  }
  const row = (design: Design): PlannedReach => ({
    ...design,
    ...reachOf(noise, design, { policy, margin, among: 1 }),
    ...priced(design),
  })
  const least = options.cases ?? (planned.cases.length || noise.cases)
  const sizes = [...new Set(factors.map((factor) => Math.ceil(factor * least)))]
  return {
    ...head,
    message: null,
    noise: basis.measuredText,
    now: row({ cases: least, repeats: policy.looks.at(-1) ?? 1 }),
    table: sizes.flatMap((cases) => policy.looks.map((repeats) => row({ cases, repeats }))),
    tags: tagReaches(basis, policy, planned.settings),
    plans: options.drop === undefined ? [] : plansFor({ drop: options.drop, noise, policy, least, priced }),
    remedy: basis.sources ? cheapestRemedy(basis.sources, price) : null,
    flaky: run ? flakyCases(run.table.cases, run.rows, planned.settings) : [],
    notes: [...basis.notes, ...notesOn(planned, options, basis, policy)],
  }
}

const nothingFlaky = { remedy: null, flaky: [], notes: [] }

async function basisOf(
  { feature, suite, cases, quarantined, labelled }: PlannedSuite,
  { assumeSd, assumeSdBetween: sdBetween, cases: count }: PowerPlanOptions,
  kept: KeptResults | undefined,
): Promise<Basis | string> {
  const asked = [...cases, ...quarantined]
  const run =
    kept && feature !== null ? await lastMeasuredRun(kept.root, kept.database, { feature, suite: asked }) : undefined
  const price = run && kept ? answerPrice(run, kept.database) : unknownPrice
  const sources = run && sourcesOf(run, labelled)
  if (assumeSd !== undefined) {
    const of = cases.length > 0 ? cases : Array.from({ length: count ?? 0 }, () => ({ weight: 1 }))
    if (of.length === 0) return 'How many cases there are is not known: give --cases, or a feature of a project.'
    const noise = assumedNoise(of, { sd: assumeSd, sdBetween })
    return {
      noise,
      measuredText: assumedAs(noise, assumeSd),
      price,
      run,
      sources,
      notes: [],
      byTag: assumedTags(cases, assumeSd, sdBetween),
    }
  }
  if (!run) {
    return feature === null
      ? 'Without a project nothing is measured: give --assume-sd and --cases.'
      : `No run of ${feature} with the suite ${suite} is kept: run "sluice gate --all", or "sluice eval ${feature} --repeats 3", or give --assume-sd.`
  }
  const measured = measuredCases(run)
  const noise = noiseOf(pairsOfRun(measured, run), { isCompared: run.hasBaseline })
  if (!noise)
    return `The last run of ${feature} asked each case once, so how answers vary is not known: run "sluice eval ${feature} --repeats 3", or give --assume-sd.`
  const measuredText = measuredAs(run, noise, sources ?? noiseSources(run.rows))
  return { noise, measuredText, price, run, sources, notes: [], byTag: measuredTags(measured, run) }
}

function sourcesOf({ feature: { judge }, rows, table }: KeptRun, labelled: LabelledFeature | undefined): NoiseSources {
  return noiseSources(rows, judge && labelled ? judgedAgain(labelled, judge, { cases: table.cases, rows }) : [])
}

function measuredCases(run: KeptRun): SummedCase[] {
  return sumUp(gateCases(run.table.cases, run.hasBaseline))
}

/** Without a baseline each case stands beside itself: an unchanged version. */
function pairsOfRun(cases: readonly SummedCase[], { hasBaseline }: KeptRun): CasePair[] {
  return pairsOf(hasBaseline ? cases : cases.map((summed) => ({ ...summed, baseline: summed.candidate })))
}

function measuredTags(cases: SummedCase[], run: KeptRun): Basis['byTag'] {
  return [...casesByTag(cases)].flatMap(([tag, tagged]) => {
    const pairs = pairsOfRun(tagged, run)
    const noise = pairs.length < fewestCases ? undefined : noiseOf(pairs, { isCompared: run.hasBaseline })
    return noise ? [{ tag, noise, cases: pairs.length }] : []
  })
}

function assumedTags(cases: readonly Case[], sd: number, sdBetween: number | undefined): Basis['byTag'] {
  const tags = new Set(cases.flatMap((each) => each.tags))
  return [...tags].flatMap((tag) => {
    const tagged = cases.filter((each) => each.tags.includes(tag))
    return tagged.length < fewestCases
      ? []
      : [{ tag, noise: assumedNoise(tagged, { sd, sdBetween }), cases: tagged.length }]
  })
}

/** Holm's correction is over the tags and the metrics of the gate together. */
function tagReaches({ byTag }: Basis, policy: GatePolicy, { metrics = {} }: GateSettings): FeaturePlan['tags'] {
  const repeats = policy.looks.at(-1) ?? 1
  return byTag.map(({ tag, noise, cases }) => {
    const test = { policy, margin: policy.tagMargin, among: byTag.length + Object.keys(metrics).length }
    return { tag, margin: policy.tagMargin, cases, repeats, ...reachOf(noise, { cases, repeats }, test) }
  })
}

function assumedAs({ cases }: SuiteNoise, sd: number): FeaturePlan['noise'] {
  const unknown = {
    runId: null,
    startedAt: null,
    version: null,
    judge: null,
    case: null,
    system: null,
    judgeVotes: null,
  }
  return {
    source: 'assumed',
    ...unknown,
    cases,
    answers: 0,
    within: sd ** 2,
    textsJudgedTwice: 0,
    sdLow: null,
    sdHigh: null,
  }
}

function measuredAs(run: KeptRun, noise: SuiteNoise, sources: NoiseSources): FeaturePlan['noise'] {
  const { case: between, system, judge, within, textsJudgedTwice, judgeFrom } = sources
  const answers = run.rows.filter(({ detail }) => detail.score !== undefined).length
  const df = Math.max(1, answers - run.table.cases.length * (run.hasBaseline ? 2 : 1))
  const sd = within === null ? null : Math.sqrt(within)
  return {
    ...{ source: 'measured', runId: run.runId, startedAt: run.startedAt, version: run.feature.candidate.id },
    ...{ judge: run.feature.judge?.id ?? null, cases: noise.cases, answers },
    ...{ case: between, system, judgeVotes: judge, within, textsJudgedTwice, judgeFrom },
    sdLow: sd === null ? null : sd * Math.sqrt(df / chiSquareQuantile(0.95, df)),
    sdHigh: sd === null ? null : sd * Math.sqrt(df / chiSquareQuantile(0.05, df)),
  }
}

/** Bisection does, since two digits of it are printed. */
function chiSquareQuantile(probability: number, df: number): number {
  let [low, high] = [0, df + 40 * Math.sqrt(df) + 40]
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (gammaPReg(df / 2, middle / 2) < probability) low = middle
    else high = middle
  }
  return Math.max((low + high) / 2, 1e-9)
}

function notesOn(
  { version, cases, quarantined, heldOut, settings }: PlannedSuite,
  { drop }: PowerPlanOptions,
  { noise, measuredText, run }: Basis,
  policy: GatePolicy,
): string[] {
  const measuredOf = run && measuredText?.source === 'measured' ? run.feature.candidate.id : null
  return [
    ...(measuredOf !== null && version !== null && measuredOf !== version
      ? [`Measured on version ${measuredOf}; the prompt file is now ${version}.`]
      : []),
    ...(measuredOf !== null && noise.cases !== cases.length
      ? [`Measured on ${noise.cases} cases with scores; the suite has ${cases.length}.`]
      : []),
    ...(heldOut === 0
      ? []
      : [
          `No part of this: ${formatAmount(heldOut, 'case')} of the suite that ${heldOut === 1 ? 'is' : 'are'} held out, which pull requests do not ask.`,
        ]),
    ...(quarantined.length === 0
      ? []
      : [`No part of this: ${formatAmount(quarantined.length, 'case')} in quarantine, asked and paid for.`]),
    ...metricNotes(settings),
    ...(noise.withinCandidate + noise.withinBaseline === 0
      ? ['No score varied between repeats: a drop in every answer is seen at once, one in few answers is not.']
      : []),
    ...(policy.estimand === 'population' && noise.between === null
      ? [
          'gate.estimand is population, and how changes vary between cases is not known: run a gate, or give --assume-sd-between.',
        ]
      : []),
    ...(drop !== undefined && drop <= policy.margin
      ? [
          `The gate accepts a drop of its margin, ${policy.margin}: to find ${drop} it needs a smaller one, which the plans name.`,
        ]
      : []),
  ]
}

/** A plan that says nothing of a metric would read as if the gate saw a drop of it, too. */
function metricNotes({ metrics = {} }: GateSettings): string[] {
  const names = Object.keys(metrics)
  if (names.length === 0) return []
  return [
    `Not planned: which drop of ${names.join(', ')} the gate sees. gate.metrics makes ${names.length === 1 ? 'it' : 'them'} part of the verdict, and the interval of each in the report of a gate says how closely it is known; more cases with such checks make it narrower.`,
  ]
}
