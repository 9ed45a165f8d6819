import type { ProjectDatabase } from '../../core/answers/project-database.ts'
import { JudgeError } from '../../core/scorers/judge/judge-error.ts'
import { seenBy, shownPart } from '../../core/scorers/judge/reported-parts.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { AnswerTrace } from '../../records/answer-trace.ts'
import type { LabelledOutput } from '../../records/label.ts'
import type { RubricItem } from '../../records/rubric.ts'
import { readReport } from '../report/report-file.ts'
import { storedRuns } from '../report/stored-runs.ts'
import { inputOf } from '../run/conversation.ts'
import { messagesBeforeAnswer } from '../run/kept-case.ts'
import { keptRows } from '../run/results.ts'
import { chooseUnits, inShownOrder } from './choose.ts'
import { type FeatureOfRun, type JudgedResults, judgedResults } from './judged-results.ts'
import { outputKey } from './label-files.ts'
import type { LabelUnit } from './label-unit.ts'
import type { LabelQuestion } from './labelling.ts'
import { labelKey } from './labelling.ts'
import { materialHash } from './material.ts'
import { type Labels, readLabels } from './read-labels.ts'
import { type CaseWithRubric, casesWithRubric, type ItemsOfCase, itemsOfCases, tracesOfCases } from './rubric-items.ts'

export interface LabelQuestionsOptions {
  project: Pick<LoadedProject, 'config' | 'files'>
  prompt: Prompt
  /** `.sluice/sluice.db`. */
  database: ProjectDatabase
  labeller: string
  /** About how many questions to draw. */
  count: number
  seed: string
}

/** What a labeller is asked, and what is known already. */
export interface LabelQuestions {
  questions: LabelQuestion[]
  labels: Labels
  /** Rubric items that are asked about or labelled, in the order of the rubrics. */
  items: string[]
  results: JudgedResults
  /** The judge of the last run; undefined where no run with one is kept. */
  judge: LastJudge | undefined
}

interface LastJudge {
  id: string
  model: string
}

/**
 * The questions for a labeller: drawn from what the judge has answered in the runs that are kept, and beside them what
 * other people have labelled, since only labels of the same output show how far people agree.
 */
export async function labelQuestions(options: LabelQuestionsOptions): Promise<LabelQuestions> {
  const { project, prompt, database, labeller, count, seed } = options
  const { root } = project.config
  const cases = await casesWithRubric(project.files, prompt, root)
  const itemsOf = itemsOfCases(cases, root)
  const labels = await readLabels(project.files, prompt.feature, itemsOf)
  const { results, judge } = await keptResults(root, prompt.feature, database, cases)
  const drawn = chooseUnits(results.units, { count, seed }).map(({ unit, probability }) => {
    const { case: id, item, output } = unit
    return { case: id, item, output, answer: outputOf(unit, results), probability }
  })
  const known = new Set(drawn.map(labelKey))
  const ofOthers = labels.labels.flatMap((label) => {
    const answer = labels.outputs.get(outputKey(label))
    const key = labelKey(label)
    if (label.labeller === labeller || answer === undefined || known.has(key)) return []
    known.add(key)
    const { case: id, item, output, probability } = label
    return [{ case: id, item, output, answer, probability }]
  })
  const questions = inShownOrder([...drawn, ...ofOthers], seed).flatMap((place) => questionOf(place, cases, root))
  const inUse = new Set([...questions, ...labels.labels].map(({ item }) => item))
  const ofRubrics = [...cases.values()].flatMap(({ rubric }) => rubric.map(({ id }) => id))
  return { questions, labels, items: [...new Set(ofRubrics)].filter((item) => inUse.has(item)), results, judge }
}

/** What is known before labels of another tool are taken over: those that are there, and the texts of kept runs. */
export async function knownOutputs({
  project,
  prompt,
  database,
}: Pick<LabelQuestionsOptions, 'project' | 'prompt' | 'database'>): Promise<{
  labels: Labels
  known: LabelledOutput[]
  itemsOf: ItemsOfCase
}> {
  const { root } = project.config
  const cases = await casesWithRubric(project.files, prompt, root)
  const itemsOf = itemsOfCases(cases, root)
  const labels = await readLabels(project.files, prompt.feature, itemsOf)
  const { results } = await keptResults(root, prompt.feature, database, cases)
  return { labels, known: results.units.map((unit) => outputOf(unit, results)), itemsOf }
}

function outputOf(unit: LabelUnit, { texts, traces, conversations }: JudgedResults): LabelledOutput {
  const { case: id, output, version, repeat, candidate } = unit
  const trace = traces.get(outputKey(unit))
  const text = texts.get(outputKey(unit)) ?? ''
  const exchanges = conversations.get(outputKey(unit))
  return {
    ...{ output, case: id, version, text, repeat, candidate },
    ...(trace && { trace }),
    ...(exchanges && { exchanges }),
  }
}

interface Place {
  case: string
  item: string
  output: string
  answer: LabelledOutput
  probability: number | null
}

/** The variables are shown and not the messages, which would tell the version. */
function questionOf(place: Place, cases: ReadonlyMap<string, CaseWithRubric>, root: string): LabelQuestion[] {
  const { case: id, item, answer, probability } = place
  const known = cases.get(id)
  const asked = known?.rubric.find((each) => each.id === item)
  if (!known || !asked) return []
  const { vars, expected, messages = [] } = known.testCase
  const earlier = [...messages, ...messagesBeforeAnswer(answer.exchanges ?? [])]
  const input = [
    ...Object.entries(vars).map(([name, value]) => [name, shown(value)]),
    ...(earlier.length > 0 ? [['what was said before', inputOf(earlier)]] : []),
  ]
  return [
    {
      case: id,
      item,
      ask: asked.ask,
      material: materialHash(known.testCase, asked, root),
      answer,
      parts: partsOf(asked, answer),
      probability,
      input: Object.fromEntries(input),
      ...(expected !== undefined && { expected }),
    },
  ]
}

/** What the question is about, as the judge is shown it: people must not know more, nor less. */
function partsOf(item: RubricItem, { text, trace }: LabelledOutput): LabelQuestion['parts'] {
  return seenBy(item).map((part) => {
    if (part === 'output') return { title: 'Output', text }
    return { title: partNames[part], text: shownOrMissing(part, trace, item.id) }
  })
}

const partNames = { trajectory: 'Trajectory', retrieved: 'Retrieved documents', state: 'State afterwards' }

function shownOrMissing(part: keyof typeof partNames, trace: AnswerTrace | undefined, item: string): string {
  try {
    return shownPart(part, trace, item)
  } catch (error) {
    if (error instanceof JudgeError) return '(not reported)'
    throw error
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

/** The judge's answers in the runs that are kept. Only their reports say which case stands at which position. */
async function keptResults(
  root: string,
  feature: string,
  database: ProjectDatabase,
  known: ReadonlyMap<string, CaseWithRubric>,
): Promise<{ results: JudgedResults; judge: LastJudge | undefined }> {
  const features = new Map<string, ReturnType<FeatureOfRun>>()
  let judge: LastJudge | undefined
  for (const { runId, file } of await storedRuns(root)) {
    const found = (await readReport(file)).features.find((each) => each.feature === feature)
    if (!found) continue
    judge ??= found.judge ?? undefined
    const cases = found.cases.map(({ id, tags }) => ({ id, tags }))
    features.set(runId, { candidate: found.candidate.id, baseline: found.baseline?.id, cases })
  }
  const rows = features.keys().flatMap((runId) => keptRows(database, runId, feature).map((row) => ({ ...row, runId })))
  const results = judgedResults(rows, (runId) => features.get(runId), itemsOfCases(known, root), tracesOfCases(known))
  return { results, judge }
}
