import { servingNotes, sumLedgers } from '../../core/answers/ledger.ts'
import { ProviderError } from '../../core/providers/provider-error.ts'
import { judgeFamilyWarnings } from '../../core/scorers/judge/judge-family.ts'
import { judgeMembers } from '../../core/suite/config/judge-settings.ts'
import { parseModelId, providerName } from '../../core/suite/models/model.ts'
import { casesOf } from '../../core/suite/prompt/suites.ts'
import { SluiceError } from '../../errors.ts'
import type { MatrixCell, MatrixReport } from '../../records/report/matrix-report.ts'
import { formatAmount } from '../../text/format.ts'
import { calibrateRun } from '../calibration/calibrate-run.ts'
import { noCaseText } from '../evaluate-feature.ts'
import { recordedRepeats } from '../recorded-repeats.ts'
import { calibrationSentence } from '../report/calibration-notes.ts'
import { causeSentence, causesOf } from '../report/causes.ts'
import { costOf } from '../report/measured-feature.ts'
import { reproduction } from '../report/reproduction.ts'
import { coverageOf } from '../run/coverage.ts'
import { estimateOf } from '../run/score-summary.ts'
import type { RunContext } from '../run/session.ts'
import { modelsOf } from '../run/start-run.ts'
import {
  askAll,
  askFirstCases,
  type BakeOffCell,
  type CellFigures,
  cellFigures,
  openCell,
  pairedCases,
} from './cell.ts'
import { type ComparisonTerms, differenceOfCells } from './compare-cells.ts'
import type { MatrixPlan, MatrixRow } from './plan-matrix.ts'

export interface MatrixOptions {
  /** Only cases with one of these tags. */
  tag?: string[] | undefined
  /** The suite that was asked for. */
  suite?: string | undefined
  /** Answers per case and cell. */
  repeats: number
  /** ms since the epoch. */
  now: number
}

interface PlacedCell {
  row: MatrixRow
  cell: BakeOffCell
}

/** Asks every prompt with every model, each once, within one budget, and holds each against its reference. */
export async function measureMatrix(
  plan: MatrixPlan,
  options: MatrixOptions,
  context: RunContext,
): Promise<MatrixReport> {
  const { session, project } = context
  const versions = plan.rows.flatMap((row) => row.versions)
  await session.requirePrices([...new Set(versions.flatMap((candidate) => modelsOf({ candidate }, project)))])
  const { repeats, notes } = await possibleRepeats(plan, options, context)
  const placed = plan.rows.flatMap((row) =>
    row.versions.map((version) => ({
      row,
      cell: openCell(version, { suite: row.suite, tags: options.tag }, context),
    })),
  )
  const cells = placed.map(({ cell }) => cell)
  await askFirstCases(cells, context).catch((error: unknown) => {
    throw withPlaceOfKey(error, plan, context)
  })
  requireAskable(placed)
  requireCases(placed, options.tag)
  for (const cell of cells) await askAll(cell, repeats, context)
  return reportOf({ plan, placed, options, repeats, notes: [...plan.notes, ...notes] }, context)
}

/** No more answers per case than recordings hold; a model that has none at all is a fault of the command line. */
async function possibleRepeats(
  { rows }: MatrixPlan,
  { repeats: asked }: MatrixOptions,
  { project, session }: RunContext,
): Promise<{ repeats: number; notes: string[] }> {
  let most = asked
  for (const { prompt, suite, versions } of rows) {
    const cases = () => casesOf(project.files, prompt, suite, { root: project.config.root })
    for (const { model } of versions) {
      const provider = await session.providers.get(providerName(model))
      if (!provider.recordedRepeats) continue
      let holds = false
      for await (const { id } of cases()) {
        holds ||= ((await provider.recordedRepeats(id, parseModelId(model)?.model ?? model)) ?? 0) > 0
        if (holds) break
      }
      if (holds) continue
      throw new SluiceError(
        'invalid-input',
        `${placeOf(model, prompt)}: the recordings of ${provider.name} hold no answer of this model to any case of ${prompt.feature}. Record it, or leave it out`,
      )
    }
    const models = [...new Set(versions.flatMap((candidate) => modelsOf({ candidate }, project)))]
    most = Math.min(most, (await recordedRepeats(models, cases(), session.providers)).all)
  }
  const repeats = Math.max(1, most)
  if (repeats === asked) return { repeats, notes: [] }
  return {
    repeats,
    notes: [`Recordings hold ${formatAmount(repeats, 'answer')} per case, so ${asked} cannot be asked for.`],
  }
}

/** Where a model was named. */
function placeOf(model: string, { model: own, file }: MatrixRow['prompt']): string {
  return model === own ? `${file}, model ${model}` : `--compare ${model}`
}

/** A missing key is told with the model that needs it, if nothing but `--compare` does. */
function withPlaceOfKey(error: unknown, { rows, models }: MatrixPlan, { project }: RunContext): unknown {
  if (!(error instanceof ProviderError) || error.kind !== 'auth') return error
  const named = new Set(
    [...rows.map(({ prompt }) => prompt.model), ...judgeMembers(project.config.judge).map(({ model }) => model)].map(
      providerName,
    ),
  )
  const lacking = models.find((model) => {
    const name = providerName(model)
    return !named.has(name) && error.message.startsWith(`${name}:`)
  })
  if (lacking === undefined) return error
  return new SluiceError('cannot-run', `--compare ${lacking}: ${error.message}, or leave the model out`, {
    cause: error,
  })
}

/** @throws SluiceError `cannot-run` where the first case has shown that a model cannot be asked at all */
function requireAskable(placed: readonly PlacedCell[]): void {
  const faults = placed.flatMap(({ row, cell }) => {
    const why = cellFigures(cell).unaskable
    return why === undefined ? [] : [`${placeOf(cell.version.model, row.prompt)}: ${why}`]
  })
  if (faults.length === 0) return
  throw new SluiceError(
    'cannot-run',
    [...new Set(faults), 'No cell was asked more than its first case: correct the model, or leave it out.'].join('\n'),
  )
}

function requireCases(placed: readonly PlacedCell[], tags: readonly string[] | undefined): void {
  const empty = placed.find(({ cell }) => cell.run.table.cases.length === 0)
  if (!empty) return
  throw new SluiceError('invalid-input', `${empty.row.prompt.feature}: ${noCaseText(tags)}: nothing was evaluated`)
}

interface MeasuredMatrix {
  plan: MatrixPlan
  placed: readonly PlacedCell[]
  options: MatrixOptions
  repeats: number
  notes: readonly string[]
}

async function reportOf(measured: MeasuredMatrix, { project, session }: RunContext): Promise<MatrixReport> {
  const { plan, placed, options, repeats } = measured
  const { rows, models, comparisons } = plan
  const { confidence } = project.config.gate
  const terms = { confidence, comparisons, repeats }
  const cells = placed.map((one) => cellReport(one, placed, terms))
  const ledger = sumLedgers(placed.map(({ cell }) => cell.run.ledger))
  const judged = ledger.judgeCalls > 0 ? placed.find(({ cell }) => cell.run.ledger.judgeCalls > 0) : undefined
  const judge = judged?.cell.run.judge
  const { usd, unpricedCalls } = costOf(ledger)
  const features: MatrixReport['features'] = []
  for (const row of rows) {
    const { feature, file, model } = row.prompt
    const cases = cells.find((cell) => cell.feature === feature)?.cases.asked ?? 0
    features.push({ feature, file, suite: row.suite, model, cases, ...(await calibrationOf(row, placed, project)) })
  }
  return {
    schema: 'sluice.matrix/1',
    at: new Date(options.now).toISOString(),
    features,
    models,
    cells,
    repeats,
    tags: options.tag ?? null,
    confidence,
    comparisons,
    correction: 'bonferroni',
    judge: judge ? { id: judge.id, model: judge.model } : null,
    notes: [
      ...measured.notes,
      ...features.flatMap(({ feature, calibration }) =>
        calibration === undefined || calibration?.verdict === 'may gate'
          ? []
          : [
              features.length > 1
                ? `${feature}: ${calibrationSentence(calibration, feature)}`
                : calibrationSentence(calibration, feature),
            ],
      ),
      ...(judge ? models.flatMap((model) => judgeFamilyWarnings(judge.models, model)) : []),
      ...(cells.some(({ answers }) => answers.unfinished > 0)
        ? [
            `The budget was spent at ${session.spentUsd().toFixed(4)} USD before everything was asked. What was answered is kept: the same command with a higher --budget-usd pays for the rest alone.`,
          ]
        : []),
      ...servingNotes(ledger),
    ],
    calls: ledger.misses,
    fromStore: ledger.hits,
    fromRecordings: ledger.recorded,
    usd,
    unpricedCalls,
    reproduce: reproduction(['eval', ...rows.map(({ prompt }) => prompt.feature)], {
      '--compare': models.filter((model) => model !== rows[0]?.prompt.model).join(','),
      '--suite': options.suite,
      '--tag': options.tag,
      '--repeats': options.repeats > 1 ? options.repeats : undefined,
    }),
    exitCode: Math.max(...cells.map(exitCodeOf)),
  }
}

/**
 * The calibration of the judge by the labels of a row's feature: it is the same for all its cells, but for corrected
 * means.
 */
async function calibrationOf(
  row: MatrixRow,
  placed: readonly PlacedCell[],
  project: RunContext['project'],
): Promise<Pick<MatrixReport['features'][number], 'calibration'>> {
  const judged = placed.find((one) => one.row === row && one.cell.run.ledger.judgeCalls > 0)?.cell
  if (!judged) return {}
  const settings = { ...project.config.gate, ...row.prompt.gate }
  const calibration = await calibrateRun(judged.run, judged, project, settings)
  return { calibration: calibration && { ...calibration, corrected: null } }
}

function cellReport({ row, cell }: PlacedCell, all: readonly PlacedCell[], terms: ComparisonTerms): MatrixCell {
  const { prompt, reference } = row
  const { version, run } = cell
  const seen = cellFigures(cell)
  const against = all.find(
    (other) => other.row.prompt === reference && other.cell.version.model === reference.model,
  )?.cell
  const isReference = against === cell || against === undefined
  const { mean, ciLow, ciHigh } = estimateOf(run.table.cases, { ...terms, estimand: 'population', caseThreshold: 0 })
  const coverage = coverageOf(run.table.cases, 'candidate')
  return {
    feature: prompt.feature,
    model: version.model,
    own: version.model === prompt.model,
    version: version.id,
    reference: isReference ? null : { feature: reference.feature, model: reference.model },
    score: { mean, ciLow, ciHigh },
    difference: isReference ? null : differenceOfCells(pairedCases(run, against.run), terms),
    complete: seen.errors + seen.unfinished === 0,
    cases: { asked: coverage.cases, scored: coverage.scored + coverage.checkFailed },
    ...figuresOf(seen),
    causes: causesOf(cell.rows(), run.table.cases).map(causeSentence),
  }
}

function figuresOf(seen: CellFigures) {
  const { scored, errors, unfinished, mustFailed, usdPerAnswer, latencyP50Ms, latencyP95Ms } = seen
  return {
    answers: { asked: scored + errors + unfinished, scored, errors, unfinished },
    mustFailed: scored === 0 ? null : mustFailed / scored,
    usdPer1000Answers: usdPerAnswer === null ? null : usdPerAnswer * 1000,
    latencyP50Ms,
    latencyP95Ms,
  }
}

/** Like `eval`: 4 where nothing is scored or the budget ended first, 2 where something is not scored, else 0. */
function exitCodeOf({ answers, complete }: MatrixCell): number {
  if (answers.scored === 0 || answers.unfinished > 0) return 4
  return complete ? 0 : 2
}
