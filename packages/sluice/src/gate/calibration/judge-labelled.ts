import { book, bookFailure, emptyLedger, type Ledger } from '../../core/answers/ledger.ts'
import { endIfStopped } from '../../core/answers/stop.ts'
import { ProviderError } from '../../core/providers/provider-error.ts'
import { createJudge, type Judge, JudgeError, kindsOfQuestions } from '../../core/scorers/judge/judge.ts'
import { requireProviders } from '../../core/suite/models/model-ids.ts'
import { type JudgedOutput, judgedOutputSchema, type LabelledOutput } from '../../records/label.ts'
import { appendLines } from '../labels/append-lines.ts'
import { labelFilesOf, outputKey } from '../labels/label-files.ts'
import { sharedCause } from '../report/causes.ts'
import { messagesBefore } from '../run/kept-case.ts'
import { runPool } from '../run/pool.ts'
import type { RunContext } from '../run/session.ts'
import { judgeModels } from '../run/start-run.ts'
import { judgeOfCases, type LabelledFeature } from './labelled-feature.ts'

/** What came of asking the judge about labelled outputs. */
export interface JudgedNow {
  judge: Judge
  ledger: Ledger
  /** What the judge said, as it was added to the file. */
  added: JudgedOutput[]
  /** Verdicts on outputs that stood in the file already. */
  known: number
  /** Why outputs have no verdict, each cause with how often. */
  faults: Map<string, number>
}

interface Task {
  output: LabelledOutput
  repeat: number
}

/**
 * Asks the judge of the project about every labelled output that it has not judged yet, and adds each answer to the
 * file at once, so that a run which was stopped goes on where it was.
 * @param repeats how often each output is judged
 * @param now ms since the epoch
 */
export async function judgeLabelled(
  labelled: LabelledFeature,
  { repeats, now }: { repeats: number; now: () => number },
  { project, session, progress }: RunContext,
): Promise<JudgedNow> {
  const { prompt, labels } = labelled
  const { config } = project
  const models = judgeModels(config)
  requireProviders(models, config.providers)
  session.need(models)
  await session.requirePrices(models)
  const ledger = emptyLedger()
  const judge = createJudge({
    ...config.judge,
    ask: session.askFor({
      stage: 'judge',
      feature: prompt.feature,
      book: (completion, source) => book(ledger, completion, 'judge', source),
    }),
    failed: (error) => bookFailure(ledger, error),
    isKept: session.isKept,
    modes: session.judgeModes,
    ...kindsOfQuestions(prompt.rubric),
  })
  const all = tasksOf(labelled, repeats)
  const isJudged = judgedBefore(labels.judged)
  // Before the first answer the judge may have another id.
  const missing = () => {
    const judgeOfCase = judgeOfCases(labelled, judge)
    return all.filter(({ output, repeat }) => !isJudged(judgeOfCase(output.case), output, repeat))
  }
  const result: JudgedNow = { judge, ledger, added: [], known: 0, faults: new Map() }
  const { judged } = labelFilesOf(prompt.feature)
  const write = inTurn((lines: JudgedOutput[]) => appendLines(config.root, judged, lines, { cutTorn: true }))
  const ask = async (task: Task) => {
    endIfStopped(session.interrupt.stop)
    const lines = await verdictsOn(task, labelled, judge, now).catch((error: unknown) => faultOf(error, result.faults))
    if (!lines) return
    await write(lines)
    result.added.push(...lines)
    progress.scored({ state: 'scored', checks: [], judge: [] }, ledger)
  }
  progress.label(`${prompt.feature}, labelled outputs`)
  // The first answer settles in which form the server answers, and so the id of the judge.
  const [first] = missing()
  if (first) {
    progress.expect(missing().length)
    await ask(first)
  }
  const rest = missing().filter((task) => task !== first)
  result.known = all.length - rest.length - (first ? 1 : 0)
  async function* each() {
    yield* rest
  }
  await runPool(each(), session.concurrency, ask)
  return result
}

function tasksOf({ labels, cases }: LabelledFeature, repeats: number): Task[] {
  const wanted = new Set(labels.labels.map(outputKey))
  return [...labels.outputs.values()]
    .filter((output) => wanted.has(outputKey(output)) && cases.has(output.case))
    .flatMap((output) => Array.from({ length: repeats }, (_, index) => ({ output, repeat: index + 1 })))
}

function judgedBefore(judged: readonly JudgedOutput[]) {
  const key = (judge: string, line: { case: string; output: string }, repeat: number) =>
    `${judge} ${repeat} ${outputKey(line)}`
  const known = new Set(judged.map((line) => key(line.judge, line, line.repeat)))
  return (judge: string, output: LabelledOutput, repeat: number) => known.has(key(judge, output, repeat))
}

async function verdictsOn(
  { output, repeat }: Task,
  labelled: LabelledFeature,
  judge: Judge,
  now: () => number,
): Promise<JudgedOutput[]> {
  const { prompt, cases } = labelled
  const known = cases.get(output.case)
  if (!known) return []
  const { testCase, rubric } = known
  const input = messagesBefore(prompt, testCase, output.exchanges)
  const subject = { case: testCase, output: output.text, ...(output.trace && { trace: output.trace }) }
  const { items } = await judge.score(subject, { rubric, choices: [], strict: prompt.strict, input, repeat })
  const at = new Date(now()).toISOString()
  const line = {
    judge: judgeOfCases(labelled, judge)(output.case),
    case: output.case,
    output: output.output,
    repeat,
    at,
  }
  return items.map(({ id, verdict }) => {
    const material = labelled.itemsOf(output.case)?.get(id)
    return judgedOutputSchema.parse({ ...line, item: id, verdict, ...(material !== undefined && { material }) })
  })
}

/** A fault of one output is counted; one that concerns the whole run ends it. */
function faultOf(error: unknown, faults: JudgedNow['faults']): undefined {
  const isOfOutput = error instanceof JudgeError || (error instanceof ProviderError && !error.fatal)
  if (!isOfOutput) throw error
  const cause = sharedCause(error.message)
  faults.set(cause, (faults.get(cause) ?? 0) + 1)
  return undefined
}

/** One write at a time, in the order in which they were asked for. */
function inTurn<T>(write: (value: T) => Promise<void>): (value: T) => Promise<void> {
  let last = Promise.resolve()
  return (value) => {
    last = last.then(() => write(value))
    return last
  }
}
