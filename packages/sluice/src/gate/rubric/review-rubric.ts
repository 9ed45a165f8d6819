import { randomBytes } from 'node:crypto'
import { ProviderError } from '../../core/providers/provider-error.ts'
import { isOfOneAnswer } from '../../core/scorers/judge/judge-error.ts'
import { seesMore } from '../../core/scorers/judge/reported-parts.ts'
import { judgeMembers } from '../../core/suite/config/judge-settings.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf, chooseSuite } from '../../core/suite/prompt/suites.ts'
import { SluiceError } from '../../errors.ts'
import type { JudgeRubricReport } from '../../records/report/judge-rubric-report.ts'
import { confidence } from '../calibration/judge-measures.ts'
import { judgedCases, keptOutput } from '../judge-attack/carriers.ts'
import { outputHash, outputKey } from '../labels/label-files.ts'
import { type Labels, readLabels } from '../labels/read-labels.ts'
import { casesWithRubric, itemsOfCases } from '../labels/rubric-items.ts'
import { sharedCause } from '../report/causes.ts'
import { costOf } from '../report/measured-feature.ts'
import type { RunContext } from '../run/session.ts'
import { modelsOf, startRun } from '../run/start-run.ts'
import { proposedWording, reworded, type WordingModel } from './ask-judge-model.ts'
import { agreeingItems, ownWordingFigures, wordingFigures } from './item-figures.ts'
import { type JudgedWordings, judgeWordings, type OutputToJudge } from './judge-wordings.ts'
import { type ContestedCase, itemLabels } from './policy-gaps.ts'
import { type Rewording, readRewordings, writeRewordings } from './rewordings.ts'

export interface RubricReviewOptions {
  suite?: string | undefined
  /** Kept outputs to judge, at most. */
  outputs: number
  /** In (0,1): the share of outputs with a flip above which an item depends on its wording. */
  maxFlips: number
  /** ms since the epoch. */
  now: number
}

/** Contested cases that are shown to the model that words a proposal. */
const shownToModel = 6

/**
 * Looks at the rubric itself: whether its verdicts depend on the wording, where people and judge read it differently,
 * which items say the same, and which never say no. Nothing is asked of the model under test.
 * @throws SluiceError `invalid-input` where the prompt has no rubric
 */
export async function reviewRubric(
  prompt: Prompt,
  options: RubricReviewOptions,
  context: RunContext,
): Promise<JudgeRubricReport> {
  // The question of an item about claims is for people: the judge follows instructions that nobody rewords.
  const questions = prompt.rubric.filter(({ claims }) => !claims)
  if (questions.length === 0) {
    const lacking = prompt.rubric.length === 0 ? 'no rubric' : 'no question in its rubric, only claims'
    throw new SluiceError(
      'invalid-input',
      `${prompt.file} has ${lacking}: add a "rubric", or test the checks by sluice drill`,
    )
  }
  const { project, session, progress } = context
  const suite = chooseSuite(prompt, options.suite)
  const request = { candidate: prompt, suite, progress }
  await session.requirePrices(modelsOf(request, project))
  const run = startRun(request, project, session)
  const { judge, ledger } = run
  if (!judge) throw new TypeError('a run of a prompt has a judge')
  progress.label(`the rubric of ${prompt.feature}`)
  const errors: Error[] = []
  const model = wordingModel(prompt, run.askJudge, context)
  const rewordings = await allRewordings(prompt, model, context, errors)
  const labels = await readLabels(
    project.files,
    prompt.feature,
    itemsOfCases(await casesWithRubric(project.files, prompt, project.config.root), project.config.root),
  )
  const outputs = await outputsToJudge(prompt, suite, labels, options.outputs, context)
  progress.expect(outputs.length)
  const scored = () => progress.scored({ state: 'scored', checks: [], judge: [] }, ledger)
  const judged = await judgeWordings(outputs, { prompt, judge, rewordings }, { session, scored })
  errors.push(...judged.flatMap((one) => one.errors))
  const verdicts = judgeVerdicts(labels, judge.id, judged)
  const found = questions.map((item) => {
    const rewording = rewordings.find((entry) => entry.item === item.id)
    const { figures, contested } = itemLabels(item.id, labels.labels, verdicts, confidence)
    const report = {
      id: item.id,
      ask: item.ask,
      rewordings: rewording?.rewordings ?? [],
      by: rewording?.by ?? null,
      wording: wordingFigures(item.id, rewording, judged, { confidence, maxFlips: options.maxFlips }),
      said: ownWordingFigures(item.id, judged, confidence),
      labels: figures,
    }
    return { report, contested }
  })
  const gaps = await gapsWithProposals(found, labels, model, errors)
  const items = found.map(({ report }) => report)
  const { usd, unpricedCalls } = costOf(ledger)
  return {
    schema: 'sluice.judge-rubric/1',
    feature: prompt.feature,
    version: prompt.id,
    suite,
    at: new Date(options.now).toISOString(),
    judge: { id: judge.id, model: judge.model },
    confidence,
    maxFlips: options.maxFlips,
    outputs: { found: outputs.length, judged: judged.filter(({ own }) => own).length },
    labels: {
      counted: labels.labels.length,
      leftOut: Object.values(labels.leftOut).reduce((sum, some) => sum + some, 0),
    },
    items,
    agreeing: agreeingItems(
      items.map(({ id }) => id),
      judged,
      confidence,
    ),
    gaps,
    errors: [...Map.groupBy(errors, ({ message }) => sharedCause(message))].map(([message, some]) => ({
      message,
      count: some.length,
    })),
    cost: { usd, calls: ledger.misses, fromStore: ledger.hits + ledger.recorded, unpricedCalls },
    exitCode: exitCodeOf(items, errors),
  }
}

/** What was found counts before what is missing: more answers take no flip away. */
function exitCodeOf(items: JudgeRubricReport['items'], errors: readonly Error[]): number {
  if (items.some(({ wording, labels }) => wording.state === 'depends' || labels.state === 'gap')) return 1
  if (errors.some((error) => error instanceof ProviderError && error.kind === 'budget')) return 4
  return items.every(({ wording, labels }) => wording.state === 'holds' && labels.state === 'none-shown') ? 0 : 2
}

/** The last of several models, which is the one that decides in a cascade. */
function wordingModel(prompt: Prompt, ask: WordingModel['ask'], { project, session }: RunContext): WordingModel {
  const member = judgeMembers(project.config.judge).at(-1)
  if (!member) throw new TypeError(`the judge of ${prompt.feature} has no model`)
  return { member, ask, session }
}

/** The kept rewordings, and those of all other items, made now and kept at once. */
async function allRewordings(
  prompt: Prompt,
  model: WordingModel,
  { project }: RunContext,
  errors: Error[],
): Promise<Rewording[]> {
  const { files, config } = project
  const kept = await readRewordings(files, prompt.feature, prompt.rubric)
  const missing = prompt.rubric.filter(({ id, claims }) => !claims && !kept.some(({ item }) => item === id))
  const made: Rewording[] = []
  for (const item of missing) {
    const texts = await unlessOfOneAnswer(() => reworded(item, model), errors)
    if (texts) made.push({ item: item.id, ask: item.ask, by: model.member.model, rewordings: texts })
  }
  if (made.length === 0) return kept
  const all = prompt.rubric.flatMap(({ id }) => [...kept, ...made].find(({ item }) => item === id) ?? [])
  await writeRewordings({ root: config.root, files }, prompt.feature, all)
  return all
}

/** Undefined, with the error noted, where this one question has no answer or the budget is spent. */
async function unlessOfOneAnswer<T>(work: () => Promise<T>, errors: Error[]): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    const isSpent = error instanceof ProviderError && error.kind === 'budget'
    if (!(error instanceof Error) || !(isSpent || isOfOneAnswer(error))) throw error
    errors.push(error)
    return undefined
  }
}

/** One output of each case: texts that people have labelled first, then answers that earlier runs have kept. */
async function outputsToJudge(
  prompt: Prompt,
  suite: string,
  { labels, outputs }: Labels,
  most: number,
  context: RunContext,
): Promise<OutputToJudge[]> {
  const { files, config } = context.project
  const all = await Array.fromAsync(casesOf(files, prompt, suite, { root: config.root }))
  const cases = judgedCases(all, prompt)
  const labelled = new Map(labels.map((label) => [label.case, outputs.get(outputKey(label))]))
  const found: OutputToJudge[] = []
  const inOrder = [...cases.filter(({ id }) => labelled.has(id)), ...cases.filter(({ id }) => !labelled.has(id))]
  for (const testCase of inOrder) {
    if (found.length >= most) break
    const known = labelled.get(testCase.id)
    const hasTrace = [...prompt.rubric, ...testCase.rubric].some(seesMore)
    const kept = known ? undefined : await keptOutput(testCase, prompt, context)
    const output = known?.text ?? kept?.output
    const trace = hasTrace ? (known ?? kept)?.trace : undefined
    const exchanges = (known ?? kept)?.exchanges
    if (output !== undefined) found.push({ testCase, output, trace, exchanges })
  }
  return found
}

/** The verdict of this judge on a labelled output, by `outputKey`: of this run, else of the file of its verdicts. */
function judgeVerdicts({ judged: kept }: Labels, judge: string, judged: readonly JudgedWordings[]) {
  const verdicts = new Map<string, string>()
  for (const line of kept)
    if (line.judge === judge && line.repeat === 1) verdicts.set(`${outputKey(line)} ${line.item}`, line.verdict)
  for (const { testCase, output, trace, exchanges, own } of judged)
    for (const [item, verdict] of own ?? [])
      verdicts.set(`${outputKey({ case: testCase.id, output: outputHash(output, trace, exchanges) })} ${item}`, verdict)
  return (key: string, item: string) => verdicts.get(`${key} ${item}`)
}

async function gapsWithProposals(
  found: readonly { report: JudgeRubricReport['items'][number]; contested: ContestedCase[] }[],
  { outputs }: Labels,
  model: WordingModel,
  errors: Error[],
): Promise<JudgeRubricReport['gaps']> {
  const gaps: JudgeRubricReport['gaps'] = []
  for (const { report, contested } of found) {
    if (report.labels.state !== 'gap') continue
    const shown = contested
      .slice(0, shownToModel)
      .map((one) => ({ text: outputs.get(outputKey(one))?.text ?? '', said: one.said }))
    const nonce = randomBytes(16).toString('hex')
    const proposal = await unlessOfOneAnswer(() => proposedWording(report, shown, model, nonce), errors)
    gaps.push({ item: report.id, cases: contested, proposal: proposal ?? null })
  }
  return gaps
}
