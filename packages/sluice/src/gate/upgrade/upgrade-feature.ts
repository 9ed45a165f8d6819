import type { Ledger } from '../../core/answers/ledger.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import { defaultGateSettings, type GateSettings } from '../../core/suite/config/gate-settings.ts'
import { providerName } from '../../core/suite/models/model.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf, chooseSuite } from '../../core/suite/prompt/suites.ts'
import { whyUnjudgeable } from '../../core/suite/prompt/unjudgeable.ts'
import type { UpgradeFeature } from '../../records/report/upgrade-report.ts'
import { formatAmount } from '../../text/format.ts'
import { calibrateRun } from '../calibration/calibrate-run.ts'
import type { RestsOn } from '../calibration/judge-reason.ts'
import { type PolicyFlags, settingsOf } from '../judge-versions.ts'
import { askAll, askFirstCases, type BakeOffCell, cellFigures, openCell, withModel } from '../matrix/cell.ts'
import { recordedRepeats } from '../recorded-repeats.ts'
import { calibrationSentence } from '../report/calibration-notes.ts'
import { keptCase } from '../run/kept-case.ts'
import type { RunContext } from '../run/session.ts'
import { modelsOf } from '../run/start-run.ts'
import { causesOfCell, contestOf, incumbentFigures } from './contest.ts'
import type { RawContest } from './propose.ts'

export interface BakeOffOptions extends PolicyFlags {
  suite: string | undefined
  /** Answers per case and model; those of the feature's gate where nobody says. */
  repeats: number | undefined
  to: readonly string[]
  /** Comparisons of the whole run. */
  comparisons: number
  /** The present model has ended, as far as anybody says: what is kept of it is used, and no more. */
  hasEnded: boolean
}

/** A feature with its contests, before the correction and without a proposal. */
export interface FeatureTrial {
  feature: Omit<UpgradeFeature, 'contests' | 'proposal' | 'reason'>
  contests: RawContest[]
  ledgers: Ledger[]
  /** The budget ended before everything was asked. */
  outOfBudget: boolean
}

/** Why no candidate can be measured on a feature; undefined where one can. */
export function whyUnmeasurable(prompt: Prompt): string | undefined {
  if (prompt.target)
    return 'its answers come from an application, which chooses its model itself: change it there, then run sluice gate'
  return whyUnjudgeable(prompt)
}

/** Lets all candidates answer the cases of one feature. */
export async function measureFeature(
  prompt: Prompt,
  options: BakeOffOptions,
  context: RunContext,
): Promise<FeatureTrial> {
  const { feature, file, model } = prompt
  const blank = { feature, file, model, score: null, usdPerAnswer: null, latencyP50Ms: null }
  const why = whyUnmeasurable(prompt)
  if (why !== undefined)
    return {
      feature: { ...blank, suite: null, repeats: 0, measured: false, notes: [why] },
      contests: [],
      ledgers: [],
      outOfBudget: false,
    }
  const suite = chooseSuite(prompt, options.suite)
  const settings = settingsOf(context.project.config.gate, prompt.gate, options)
  const plan = await planRepeats(prompt, suite, { ...options, ...askedRepeats(options.repeats, settings) }, context)
  const terms = { settings, comparisons: options.comparisons }
  let repeats = plan.repeats
  let cells = await measureCells(prompt, options.to, { suite, repeats }, context)
  const gone = cellFigures(cells.incumbent).unaskable !== undefined
  if (gone && plan.kept > 0 && plan.kept < plan.repeats) {
    repeats = plan.kept
    cells = await measureCells(prompt, options.to, { suite, repeats }, context)
  }
  const { incumbent, candidates } = cells
  const runs = [incumbent, ...candidates].map(({ run }) => run)
  const { unscoredRepeats } = incumbent.run.observations
  const notes = [
    ...plan.notes,
    ...(gone ? [goneNote(model, plan)] : []),
    ...(unscoredRepeats > 0
      ? [`${formatAmount(unscoredRepeats, 'answer')} of ${model} without a score; they are no zeros.`]
      : []),
    ...causesOfCell(incumbent).map((cause) => `No score of ${model}: ${cause}`),
  ]
  const judged = await Promise.all(candidates.map((candidate) => judgeOf(candidate, incumbent, settings, context)))
  const now = incumbentFigures(incumbent, cellFigures(incumbent), terms.settings)
  return {
    feature: { ...blank, ...now, suite, repeats, measured: true, notes: [...notes, ...judgeNotes(judged)] },
    contests: judged.map(({ candidate, restsOn }) => contestOf(candidate, incumbent, { ...terms, repeats, restsOn })),
    ledgers: runs.map(({ ledger }) => ledger),
    outOfBudget: runs.some(({ observations }) => observations.budgetStops > 0),
  }
}

/** What a comparison with the present model rests on. */
async function judgeOf(
  candidate: BakeOffCell,
  incumbent: BakeOffCell,
  settings: GateSettings,
  { project }: RunContext,
): Promise<{ candidate: BakeOffCell; restsOn: RestsOn }> {
  const { run, rows, version } = candidate
  const calibration = await calibrateRun({ ...run, baseline: incumbent.version }, { rows }, project, settings)
  const asked = run.ledger.judgeCalls > 0 && run.judge !== undefined
  return { candidate, restsOn: { feature: version.feature, asked, calibration } }
}

/** A doubt about the judge, once for all candidates. */
function judgeNotes(judged: readonly { restsOn: RestsOn }[]): string[] {
  const asked = judged.find(({ restsOn }) => restsOn.asked)?.restsOn
  return asked && asked.calibration?.verdict !== 'may gate'
    ? [calibrationSentence(asked.calibration, asked.feature)]
    : []
}

/**
 * One case is asked of all first: a candidate that cannot be asked at all is found before the present model is paid.
 * Where the present model cannot be asked, no candidate is paid for more.
 */
async function measureCells(
  prompt: Prompt,
  to: readonly string[],
  { suite, repeats }: { suite: string; repeats: number },
  context: RunContext,
): Promise<{ incumbent: BakeOffCell; candidates: BakeOffCell[] }> {
  const open = (version: Prompt) => openCell(version, { suite, round: repeats }, context)
  const incumbent = open(prompt)
  const candidates = to.map((model) => open(withModel(prompt, model)))
  await askFirstCases([...candidates, incumbent], context)
  await askAll(incumbent, repeats, context)
  if (cellFigures(incumbent).unaskable !== undefined) return { incumbent, candidates }
  for (const candidate of candidates) await askAll(candidate, repeats, context)
  return { incumbent, candidates }
}

/** How often each case is asked, and what is to be said of that. */
interface AskedRepeats {
  repeats: number
  remarks: string[]
}

/** So often a case is asked where the gate of its feature has the usual repeats. */
const usualRepeats = 3

/**
 * Each case is asked as often as somebody says; else as often as the gate asks at most, if its `repeats` are set. All
 * models are asked alike, so that the correction for their number holds: nothing is decided between the repeats.
 */
export function askedRepeats(asked: number | undefined, { repeats }: Pick<GateSettings, 'repeats'>): AskedRepeats {
  if (asked !== undefined) return { repeats: asked, remarks: [] }
  const isUsual = JSON.stringify(repeats) === JSON.stringify(defaultGateSettings.repeats)
  const last = isUsual ? undefined : repeats.at(-1)
  if (last === undefined) return { repeats: usualRepeats, remarks: [] }
  const note = `Each case is asked ${last === 1 ? 'once' : `${last} times`}, since gate.repeats ends there; --repeats says another number.`
  return { repeats: last, remarks: [note] }
}

interface RepeatPlan {
  repeats: number
  /** Repeats that the store holds whole; 0 where the model is recorded or none are. */
  kept: number
  counted: { kept: number; asked: number }
  notes: string[]
}

/** The answers per case: as many as were asked for, as recordings hold, and as are kept of a model that has ended. */
async function planRepeats(
  prompt: Prompt,
  suite: string,
  { repeats: asked, remarks, to, hasEnded }: Omit<BakeOffOptions, 'repeats'> & AskedRepeats,
  { project, session }: RunContext,
): Promise<RepeatPlan> {
  const { config, files } = project
  const cases = () => casesOf(files, prompt, suite, { root: config.root })
  const models = to.flatMap((model) => modelsOf({ candidate: withModel(prompt, model), baseline: prompt }, project))
  const recorded = await recordedRepeats([...new Set(models)], cases(), session.providers)
  const repeats = Math.max(1, Math.min(asked, recorded.all))
  const notes = [
    ...remarks,
    ...(repeats < asked
      ? [`Recordings hold ${formatAmount(repeats, 'answer')} per case, so ${asked} cannot be asked for.`]
      : []),
  ]
  const { live } = await session.providers.get(providerName(prompt.model))
  if (!live) return { repeats, kept: 0, counted: { kept: 0, asked: 0 }, notes }
  const found = await keptRepeats(prompt, cases(), repeats, { project, session })
  if (!hasEnded || found.repeats === 0) return { repeats, kept: found.repeats, counted: found, notes }
  const note = `${prompt.model} has ended: its ${formatAmount(found.repeats, 'kept answer')} per case are used, and it is asked for no more.`
  return { repeats: found.repeats, kept: found.repeats, counted: found, notes: [...notes, note] }
}

function goneNote(model: string, { kept, counted }: RepeatPlan): string {
  if (kept > 0)
    return `${model} answers no more: it is compared by the ${formatAmount(kept, 'answer')} per case that are kept of it.`
  return `${model} answers no more, and only ${counted.kept} of its ${formatAmount(counted.asked, 'answer')} are kept: there is nothing whole to compare with. Choose by sluice eval, which judges a candidate alone.`
}

/** How many answers of a version are in the store. */
interface KeptAnswersOfVersion {
  /** Repeats, from the first, of which every case has its answer. */
  repeats: number
  kept: number
  asked: number
}

/**
 * Looks up which answers of a version are kept, up to a number of repeats: with all turns and all steps of an agent,
 * since the rest would be asked of a model that answers no more. Nothing is asked of a model.
 */
async function keptRepeats(
  prompt: Prompt,
  cases: AsyncIterable<Case>,
  most: number,
  context: Pick<RunContext, 'session' | 'project'>,
): Promise<KeptAnswersOfVersion> {
  const found = { repeats: most, kept: 0, asked: 0 }
  for await (const testCase of cases) {
    let inARow = 0
    for (let repeat = 1; repeat <= most; repeat += 1) {
      found.asked += 1
      if (!(await keptCase(prompt, testCase, repeat, context))) continue
      found.kept += 1
      if (inARow === repeat - 1) inARow = repeat
    }
    found.repeats = Math.min(found.repeats, inARow)
  }
  return found.asked === 0 ? { ...found, repeats: 0 } : found
}
