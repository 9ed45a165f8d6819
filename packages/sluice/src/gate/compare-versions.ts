import { stat } from 'node:fs/promises'
import path from 'node:path'
import { InvalidFilesError } from '../core/suite/diagnostics/diagnostic.ts'
import type { LoadedProject } from '../core/suite/project/project.ts'
import { parsePrompt } from '../core/suite/prompt/parse-prompt.ts'
import type { Prompt } from '../core/suite/prompt/prompt.ts'
import { SluiceError } from '../errors.ts'
import type { RunFinding } from '../records/report/report.ts'
import { readBaseProject } from './base/base-project.ts'
import { openGit } from './git/git.ts'
import { withNeverAttacked } from './judge-attack/kept-attacks.ts'
import { judgeVersions, type PolicyFlags, policyFlags } from './judge-versions.ts'
import { casesOfRuns } from './report/case-rows.ts'
import type { FinishedRun } from './report/report-of-run.ts'
import { reproduction } from './report/reproduction.ts'
import { proveRun } from './report/run-proof.ts'
import type { RunContext } from './run/session.ts'

export interface VersionPlaces {
  /** A git reference or a prompt file; the working tree unless given. */
  candidate?: string | undefined
  baseline: string
}

/** Where the command runs. */
interface Surroundings {
  cwd(): string
  env: NodeJS.ProcessEnv
}

/**
 * The two versions of `current` at the places that were named.
 * @throws SluiceError `invalid-input` where they are the same, or one cannot be read
 */
export async function versionsAt(
  places: VersionPlaces,
  current: Prompt,
  project: LoadedProject,
  surroundings: Surroundings,
): Promise<{ candidate: Prompt; baseline: Prompt }> {
  const at = (place: string) => versionAt(place, current, project, surroundings)
  const candidate = places.candidate === undefined ? current : await at(places.candidate)
  const baseline = await at(places.baseline)
  if (candidate.id !== baseline.id) return { candidate, baseline }
  throw new SluiceError(
    'invalid-input',
    `${current.feature}: candidate and baseline are the same version, ${candidate.id}: there is nothing to compare.`,
  )
}

export interface ComparisonOptions extends VersionPlaces, PolicyFlags {
  suite?: string | undefined
  findings: RunFinding[]
}

/** Judges the difference of two versions on the suite, checks and rubric that the working tree has. */
export async function compareVersions(
  { candidate, baseline }: { candidate: Prompt; baseline: Prompt },
  options: ComparisonOptions,
  context: RunContext,
): Promise<FinishedRun> {
  const { suite, findings } = options
  const versions = { candidate, baseline, suite, notes: [], differenceAlone: true }
  const { run, outcome, summary } = await judgeVersions(versions, { ...context, flags: options })
  const { verdict, exitCode } = outcome.final
  const reproduce = reproduction(['compare', candidate.feature], {
    '--candidate': options.candidate,
    '--baseline': options.baseline,
    '--suite': suite,
    ...policyFlags(options),
  })
  return {
    conclusion: {
      reproduce,
      git: null,
      run: proveRun([run]),
      findings,
      verdict,
      exitCode,
      notes: [],
      features: await withNeverAttacked([summary], [run.candidate], context.project.config.root),
    },
    casesOf: casesOfRuns([run], context.session.results, context.project.config.gate),
  }
}

/** What is asked of the model at a git reference or in a prompt file, to be measured as the working tree measures. */
async function versionAt(
  place: string,
  current: Prompt,
  project: LoadedProject,
  surroundings: Surroundings,
): Promise<Prompt> {
  const version = (await isFile(place, surroundings))
    ? await promptIn(place, project, surroundings)
    : await promptAtRef(place, current.feature, project, surroundings)
  const { id, label, model, parameters, messages, format, strict, file } = version
  const { label: _, ...measure } = current
  return { ...measure, id, model, parameters, messages, format, strict, file, ...(label !== undefined && { label }) }
}

async function isFile(place: string, { cwd }: Surroundings): Promise<boolean> {
  return stat(path.resolve(cwd(), place)).then(
    (entry) => entry.isFile(),
    () => false,
  )
}

async function promptIn(place: string, { files, config }: LoadedProject, { cwd }: Surroundings): Promise<Prompt> {
  const file = path.relative(config.root, path.resolve(cwd(), place)).split(path.sep).join('/')
  const { prompt, diagnostics } = await parsePrompt(files, file, config)
  const errors = diagnostics.filter(({ severity, path: key }) => severity === 'error' && !isMeasure(key))
  if (!prompt || errors.length > 0) throw new InvalidFilesError(errors)
  return prompt
}

/** Suites and checks of a draft that lies elsewhere are not used, so they need not be there. */
function isMeasure(key: string): boolean {
  return key.startsWith('suites.') || key.startsWith('checks.')
}

async function promptAtRef(
  reference: string,
  feature: string,
  { config }: LoadedProject,
  { cwd, env }: Surroundings,
): Promise<Prompt> {
  const git = await openGit(config.root, env)
  if (!git)
    throw new SluiceError('invalid-input', `"${reference}" is no file, and ${config.root} is not in a git repository`)
  const { prompts } = await readBaseProject(git, await git.resolve(reference), {
    root: config.root,
    cwd: cwd(),
    env,
  })
  const prompt = prompts.find((known) => known.feature === feature)
  if (prompt) return prompt
  throw new SluiceError('invalid-input', `there is no valid prompt of "${feature}" at ${reference}`)
}
