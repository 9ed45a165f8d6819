import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { openProjectDatabase } from '../../core/answers/project-database.ts'
import { formatDiagnostic } from '../../core/suite/diagnostics/diagnostic.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import { selectFeature } from '../../core/suite/project/select-feature.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { SluiceError } from '../../errors.ts'
import { calibrationOf, readLabelledFeature } from '../../gate/calibration/labelled-feature.ts'
import { moreNeeded, progressText, stillNeeded } from '../../gate/calibration/labels-needed.ts'
import { judgeRuleOf } from '../../gate/calibration/may-gate.ts'
import { startLabelServer } from '../../gate/label-page/label-server.ts'
import { labelPageAssets } from '../../gate/label-page/page-assets.ts'
import { labelInTerminal } from '../../gate/label-page/terminal.ts'
import { calibrateCommand } from '../../gate/label-page/words.ts'
import { appendLines, mergeByLine } from '../../gate/labels/append-lines.ts'
import { labelFilesOf } from '../../gate/labels/label-files.ts'
import { type LabelQuestions, labelQuestions } from '../../gate/labels/label-questions.ts'
import { type Labelling, startLabelling } from '../../gate/labels/labelling.ts'
import type { Calibration } from '../../records/report/calibration.ts'
import { formatAmount } from '../../text/format.ts'
import { readFlags, set, text, wholeNumber, wholeNumberFrom } from '../flags.ts'
import { clearScreen, type Host } from '../host.ts'
import { openProject } from '../session/open-project.ts'

const labelFlags = {
  labeller: text.min(1).max(100).optional(),
  count: wholeNumber,
  port: wholeNumberFrom(0, 65_535),
  seed: text,
  sawJudge: set.optional(),
  terminal: set.optional(),
}

/** `sluice judge label <feature>`: asks a person what the judge was asked, in the browser or in the terminal. */
export async function label(feature: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('judge label', labelFlags, given)
  const project = await openProject(host, (prompt) => prompt.feature === feature)
  const prompt = selectFeature(project.prompts, feature)
  const labeller = flags.labeller ?? host.env.USER ?? host.env.USERNAME
  if (!labeller) throw new SluiceError('invalid-input', 'say whose labels these are: --labeller <name>')
  const { root } = project.config
  const database = openProjectDatabase(root)
  const { count, seed } = flags
  const asked = await labelQuestions({ project, prompt, database, labeller, count, seed }).finally(() =>
    database.close(),
  )
  for (const diagnostic of asked.labels.diagnostics) host.stderr.write(`${formatDiagnostic(diagnostic)}\n`)
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
    sawJudge: flags.sawJudge ?? false,
    keepOutput: (output) => appendLines(root, files.outputs, [output]),
    keepLabel: (each) => appendLines(root, files.labels, [each]),
    now: Date.now,
  })
  const ofOthers = asked.labels.labels.filter((each) => !isOwn(each))
  const calibration = await calibrationBefore(project, prompt, asked)
  const ownBefore = labelling.own().filter(({ sawJudge }) => !sawJudge).length
  const progress = () => {
    const own = labelling.own().filter(({ sawJudge }) => !sawJudge)
    const items = stillNeeded([...ofOthers, ...own], asked.items, calibration).map(progressText)
    return [...goalLines(calibration, own.length - ownBefore), ...items]
  }
  const stop = stopSignal(host)
  try {
    const session = { feature, labeller, labelling, progress }
    if (flags.terminal) await inTerminal(session, stop.signal, host)
    else await inBrowser({ ...session, port: flags.port }, stop.signal, host)
  } finally {
    stop.dispose()
  }
  const { answered, questions } = labelling.view()
  host.stderr.write(`${answered} of ${questions} questions are answered, in ${files.labels}.\n`)
  for (const each of progress()) host.stderr.write(`  ${each}\n`)
  host.stderr.write(`Next: commit the folder labels, then ${calibrateCommand(feature)}\n`)
  return 0
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

interface Session {
  feature: string
  labeller: string
  labelling: Labelling
  progress: () => string[]
}

async function inBrowser(session: Session & { port: number }, stop: AbortSignal, host: Host): Promise<void> {
  const token = randomBytes(24).toString('base64url')
  const server = await startLabelServer({ ...session, token, assets: await labelPageAssets() })
  try {
    host.stderr.write('Open this page. Each key is kept at once; end with Ctrl-C and go on whenever you like.\n')
    host.stdout.write(`${server.url}\n`)
    if (!stop.aborted) await once(stop, 'abort')
  } finally {
    await server.close()
  }
}

async function inTerminal(session: Session, stop: AbortSignal, host: Host): Promise<void> {
  const { stdout } = host
  const stdin = host.stdin?.()
  if (!stdin) throw new SluiceError('cannot-run', 'there is no terminal to read keys from; leave out --terminal')
  const clear = stdout.isTTY && stdin.isTTY ? clearScreen : ''
  await labelInTerminal({ ...session, input: stdin, output: stdout, clear, stop })
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

/** Aborted by the first Ctrl-C or SIGTERM. */
function stopSignal(host: Pick<Host, 'on' | 'off'>): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController()
  const stop = () => controller.abort()
  host.on('SIGINT', stop)
  host.on('SIGTERM', stop)
  return {
    signal: controller.signal,
    dispose() {
      host.off('SIGINT', stop)
      host.off('SIGTERM', stop)
    },
  }
}
