import { stat } from 'node:fs/promises'
import path from 'node:path'
import { SluiceError } from '../errors.ts'
import { readBaseProject } from '../gate/base/base-project.ts'
import { openGit } from '../gate/git/git.ts'
import { InvalidFilesError } from '../suite/diagnostic.ts'
import { parsePrompt } from '../suite/parse-prompt.ts'
import type { Prompt } from '../suite/prompt.ts'
import { requireJudgeable } from '../suite/unjudgeable.ts'
import { chooseSuite, requireSuites } from './choose-suite.ts'
import type { Host } from './host.ts'
import { judgeVersions, type PolicyFlags, policyFlags } from './judge-versions.ts'
import { casesOfRuns } from './measured.ts'
import { type LoadedProject, openProject } from './open-project.ts'
import { present } from './present.ts'
import { proveRun } from './prove-run.ts'
import { reportHead } from './report-head.ts'
import { reproduction } from './reproduction.ts'
import { showProgress } from './run-progress.ts'
import { type DestinationOptions, defaultBase, findNewDestinations } from './secret-destinations.ts'
import { selectFeature } from './select-feature.ts'
import { openSession } from './session.ts'

interface CompareVersionsOptions extends PolicyFlags, DestinationOptions {
  candidate?: string
  baseline: string
  suite?: string
  concurrency: number
  maxWait?: string
  budgetUsd?: number
  reportDir?: string
  json?: boolean
}

/** Judges two versions on the suite, checks and rubric that the working tree has. */
export async function compareVersions(feature: string, options: CompareVersionsOptions, host: Host): Promise<number> {
  // Suites of other features play no part, whatever is wrong with them.
  const chosen = (prompt: Prompt, suite: string) =>
    prompt.feature === feature && suite === chooseSuite(prompt, options.suite)
  const project = await openProject(host, chosen)
  const current = selectFeature(project.prompts, feature)
  requireJudgeable(current)
  requireSuites([current], options.suite)
  const candidate =
    options.candidate === undefined ? current : await versionAt(options.candidate, current, project, host)
  const baseline = await versionAt(options.baseline, current, project, host)
  if (candidate.id === baseline.id) {
    throw new SluiceError(
      'invalid-input',
      `${feature}: candidate and baseline are the same version, ${candidate.id}: there is nothing to compare.`,
    )
  }
  const findings = findNewDestinations(project, await defaultBase(project, host), options, host)
  const session = openSession(project, { command: 'compare', ...options }, host)
  const progress = showProgress(session, host)
  try {
    const versions = { candidate, baseline, suite: options.suite, notes: [], differenceAlone: true }
    const { run, outcome, summary } = await judgeVersions(versions, {
      project,
      session,
      progress,
      flags: options,
      host,
    })
    progress.stop()
    const { verdict, exitCode } = outcome.final
    const reproduce = reproduction(['compare', feature], {
      '--candidate': options.candidate,
      '--baseline': options.baseline,
      '--suite': options.suite,
      ...policyFlags(options),
    })
    const head = reportHead({ ...session, command: 'compare', reproduce, git: null, run: proveRun([run]), findings })
    const report = { ...head, verdict, exitCode, notes: [], features: [summary] }
    await present(report, casesOfRuns([run], session.results, project.config.gate), options, host)
    return exitCode
  } finally {
    progress.stop()
    session.close()
  }
}

/** What is asked of the model at a git reference or in a prompt file, to be measured as the working tree measures. */
async function versionAt(place: string, current: Prompt, project: LoadedProject, host: Host): Promise<Prompt> {
  const version = (await isFile(place, host))
    ? await promptIn(place, project, host)
    : await promptAtRef(place, current.feature, project, host)
  const { id, label, model, parameters, messages, format, strict } = version
  const { label: _, ...measure } = current
  return { ...measure, id, model, parameters, messages, format, strict, ...(label !== undefined && { label }) }
}

async function isFile(place: string, host: Host): Promise<boolean> {
  return stat(path.resolve(host.cwd(), place)).then(
    (entry) => entry.isFile(),
    () => false,
  )
}

async function promptIn(place: string, { files, config }: LoadedProject, host: Host): Promise<Prompt> {
  const file = path.relative(config.root, path.resolve(host.cwd(), place)).split(path.sep).join('/')
  const { prompt, diagnostics } = await parsePrompt(files, file, config)
  const errors = diagnostics.filter(({ severity, path: key }) => severity === 'error' && !isMeasure(key))
  if (!prompt || errors.length > 0) throw new InvalidFilesError(errors)
  return prompt
}

/** Suites and checks of a draft that lies elsewhere are not used, so they need not be there. */
function isMeasure(key: string): boolean {
  return key.startsWith('suites.') || key.startsWith('checks.')
}

async function promptAtRef(reference: string, feature: string, { config }: LoadedProject, host: Host): Promise<Prompt> {
  const git = await openGit(config.root, host.env)
  if (!git)
    throw new SluiceError('invalid-input', `"${reference}" is no file, and ${config.root} is not in a git repository`)
  const { prompts } = await readBaseProject(git, await git.resolve(reference), {
    root: config.root,
    cwd: host.cwd(),
    env: host.env,
  })
  const prompt = prompts.find((known) => known.feature === feature)
  if (prompt) return prompt
  throw new SluiceError('invalid-input', `there is no valid prompt of "${feature}" at ${reference}`)
}
