import { openProjectDatabase } from '../../core/answers/project-database.ts'
import { formatDiagnostic } from '../../core/suite/diagnostics/diagnostic.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { SluiceError } from '../../errors.ts'
import type { Calibration } from '../../records/report/calibration.ts'
import { formatAmount } from '../../text/format.ts'
import { calibrationOf, readLabelledFeature } from '../calibration/labelled-feature.ts'
import { moreNeeded, progressText, stillNeeded } from '../calibration/labels-needed.ts'
import { judgeRuleOf } from '../calibration/may-gate.ts'
import { appendLines, mergeByLine } from '../labels/append-lines.ts'
import { labelFilesOf } from '../labels/label-files.ts'
import { type LabelQuestions, labelQuestions } from '../labels/label-questions.ts'
import { type Labelling, startLabelling } from '../labels/labelling.ts'

export interface LabelSessionOptions {
  labeller: string
  /** About how many questions to draw. */
  count: number
  seed: string
  /** The labeller knows what the judge said. */
  sawJudge: boolean
}

/** What one person is asked about one feature, in the browser or in the terminal. */
export interface LabelSession {
  feature: string
  labeller: string
  labelling: Labelling
  /** How much is still needed, with the labels of everybody: one line each. */
  progress: () => string[]
  /** The file that the labels are written into. */
  file: string
}

/**
 * Draws the questions for a labeller, who goes on where the labels on disk end. Faults of these labels go to `stderr`.
 * @throws SluiceError `refused` where there is nothing to label
 */
export async function openLabelSession(
  { project, prompt }: { project: LoadedProject; prompt: Prompt },
  { labeller, count, seed, sawJudge }: LabelSessionOptions,
  stderr: { write(text: string): unknown },
): Promise<LabelSession> {
  const { feature } = prompt
  const { root } = project.config
  const database = openProjectDatabase(root)
  const asked = await labelQuestions({ project, prompt, database, labeller, count, seed }).finally(() =>
    database.close(),
  )
  for (const diagnostic of asked.labels.diagnostics) stderr.write(`${formatDiagnostic(diagnostic)}\n`)
  requireQuestions(prompt, asked)
  const files = labelFilesOf(feature)
  await mergeByLine(root)
  const all = [...asked.labels.labels, ...asked.labels.flagged]
  const isOwn = (each: { labeller: string; kind: string }) => each.labeller === labeller && each.kind === 'human'
  const labelling = startLabelling({
    labeller,
    questions: asked.questions,
    before: all.filter(isOwn),
    keptOutputs: asked.labels.outputs.keys(),
    sawJudge,
    keepOutput: (output) => appendLines(root, files.outputs, [output]),
    keepLabel: (each) => appendLines(root, files.labels, [each]),
    now: Date.now,
  })
  const ofOthers = asked.labels.labels.filter((each) => !isOwn(each))
  const calibration = await calibrationBefore(project, prompt, asked)
  const blind = () => labelling.own().filter((each) => !each.sawJudge)
  const before = blind().length
  const progress = () => {
    const own = blind()
    const items = stillNeeded([...ofOthers, ...own], asked.items, calibration).map(progressText)
    return [...goalLines(calibration, own.length - before), ...items]
  }
  return { feature, labeller, labelling, progress, file: files.labels }
}

/**
 * What a calibration by the labels so far says; null where there is none. It is made once: made anew after each answer,
 * it would tell the labeller whether the judge has said the same.
 */
async function calibrationBefore(
  { config, files }: LoadedProject,
  prompt: Prompt,
  { judge }: LabelQuestions,
): Promise<Calibration | null> {
  if (!judge) return null
  const labelled = await readLabelledFeature(files, prompt, config.root)
  const { margin } = { ...config.gate, ...prompt.gate }
  const calibration = calibrationOf(labelled, { judge, rule: judgeRuleOf(config.gate), margin })
  return calibration.state === 'current' ? calibration : null
}

/** What is left for a decision on the judge as a whole, after so many labels since. */
function goalLines(calibration: Calibration | null, since: number): string[] {
  if (!calibration?.verdict) return []
  const { verdict, labelsNeeded } = calibration
  if (verdict !== 'too few labels') return [`the judge ${verdict}, by the labels before`]
  const more = moreNeeded(labelsNeeded, since)
  if (more === null) return ['more labels like these would not decide']
  return [more > 0 ? `about ${formatAmount(more, 'more label')} for a decision` : 'enough for the next calibration']
}

function requireQuestions({ feature, rubric, file }: Prompt, { questions, results }: LabelQuestions): void {
  if (questions.length > 0) return
  const reason =
    results.masked > 0
      ? `a secret was taken out of all ${results.masked} kept outputs, so that they are no longer what the judge saw. Keep secrets out of the cases`
      : rubric.length === 0
        ? `${file} has no rubric, so there is no judge to be checked. Add one`
        : `no run that is kept has an output that the judge has answered. Run: sluice eval ${feature}`
  throw new SluiceError('refused', `there is nothing to label: ${reason}`)
}
