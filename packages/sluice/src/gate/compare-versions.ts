import { stat } from 'node:fs/promises'
import path from 'node:path'
import { InvalidFilesError } from '../core/suite/diagnostics/diagnostic.ts'
import type { LoadedProject } from '../core/suite/project/project.ts'
import { parsePrompt } from '../core/suite/prompt/parse-prompt.ts'
import type { Prompt } from '../core/suite/prompt/prompt.ts'
import { SluiceError } from '../errors.ts'
import type { VersionRole } from '../records/report/case-detail.ts'
import type { RunFinding } from '../records/report/report.ts'
import { isLockfile, isPatch } from './affected/packages.ts'
import { type ApplicationPair, baseApplication } from './base/base-application.ts'
import { startedHere } from './base/base-comparison.ts'
import { readBaseProject } from './base/base-project.ts'
import type { Git } from './git/git.ts'
import { withNeverAttacked } from './judge-attack/kept-attacks.ts'
import { baselineReason, judgeVersions, type PolicyFlags, policyFlags, withoutPass } from './judge-versions.ts'
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

/** A version that was named. */
interface NamedVersion {
  prompt: Prompt
  /** What is needed to run the application of a git reference, where it has one then or now. */
  application?: ApplicationPair
}

export interface VersionPair {
  candidate: NamedVersion
  baseline: NamedVersion
}

/** Where the command runs. */
interface Surroundings {
  cwd(): string
  env: NodeJS.ProcessEnv
  /** The repository of the project; undefined where there is none. */
  openGit(): Promise<Git | undefined>
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
): Promise<VersionPair> {
  const at = (place: string) => versionAt(place, current, project, surroundings)
  const candidate = places.candidate === undefined ? { prompt: current } : await at(places.candidate)
  const baseline = await at(places.baseline)
  const isSameCode = candidate.application?.base.commit === baseline.application?.base.commit
  if (candidate.prompt.id !== baseline.prompt.id || !isSameCode) return { candidate, baseline }
  throw new SluiceError(
    'invalid-input',
    `${current.feature}: candidate and baseline are the same version, ${candidate.prompt.id}: there is nothing to compare.`,
  )
}

export interface ComparisonOptions extends VersionPlaces, PolicyFlags {
  suite?: string | undefined
  findings: RunFinding[]
}

/** Judges the difference of two versions on the suite, checks and rubric that the working tree has. */
export async function compareVersions(
  pair: VersionPair,
  options: ComparisonOptions,
  context: RunContext,
): Promise<FinishedRun> {
  const { suite, findings } = options
  const asked = [
    await askedVersion(pair.candidate, 'candidate', context),
    await askedVersion(pair.baseline, 'baseline', context),
  ] as const
  const [candidate, baseline] = [asked[0].prompt, asked[1].prompt]
  const notes = asked.flatMap(({ note }) => note ?? [])
  const versions = { candidate, baseline, suite, notes, differenceAlone: true }
  const judged = await judgeVersions(versions, { ...context, flags: options })
  const changed = await Promise.all(asked.map(async (version) => (await version.changed?.()) ?? []))
  const { run, outcome, summary } = withoutPass(judged, changed.flat().map(baselineReason))
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

interface AskedVersion {
  prompt: Prompt
  note?: string
  /** What of its application has been changed since it was made ready, in a sentence; undefined for nothing. */
  changed?: () => Promise<string | undefined>
}

/**
 * The version with the application of its own commit, made ready to be asked.
 * @throws SluiceError `cannot-run` where that does not run, since the one of the working tree would answer for it
 */
async function askedVersion(
  { prompt, application }: NamedVersion,
  role: VersionRole,
  { project, session }: RunContext,
): Promise<AskedVersion> {
  if (!application) return { prompt }
  const { predecessor, base } = application
  const { target: _, ...bare } = prompt
  if (!predecessor.target) return { prompt: bare }
  const found = await startedHere(await baseApplication(application, project, session), { prompt: bare, role }, session)
  const commit = base.commit.slice(0, 7)
  if (found.state === 'found') {
    const { target, changed } = found
    return {
      ...{ prompt: { ...bare, target }, note: `The ${role} is the application of ${commit}.` },
      ...(changed && { changed }),
    }
  }
  const fault = found.state === 'failed' ? found.message : `The application of ${commit} cannot be started from here.`
  throw new SluiceError('cannot-run', `${prompt.feature}: ${fault}`)
}

/** What is asked of the model at a git reference or in a prompt file, to be measured as the working tree measures. */
async function versionAt(
  place: string,
  current: Prompt,
  project: LoadedProject,
  surroundings: Surroundings,
): Promise<NamedVersion> {
  const application = (await isFile(place, surroundings))
    ? undefined
    : await versionAtRef(place, current, project, surroundings)
  const version = application?.predecessor ?? (await promptIn(place, project, surroundings))
  const { id, label, model, parameters, messages, format, strict, file } = version
  const { label: _, ...measure } = current
  const asked = { id, model, parameters, messages, format, strict, file, ...(label !== undefined && { label }) }
  const prompt = { ...measure, ...asked }
  return application && (version.target || current.target) ? { prompt, application } : { prompt }
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

async function versionAtRef(
  reference: string,
  current: Prompt,
  { config }: LoadedProject,
  { cwd, env, openGit }: Surroundings,
): Promise<ApplicationPair> {
  const git = await openGit()
  if (!git)
    throw new SluiceError('invalid-input', `"${reference}" is no file, and ${config.root} is not in a git repository`)
  const commit = await git.resolve(reference)
  const base = await readBaseProject(git, commit, { root: config.root, cwd: cwd(), env })
  const predecessor = base.prompts.find((known) => known.feature === current.feature)
  if (!predecessor)
    throw new SluiceError('invalid-input', `there is no valid prompt of "${current.feature}" at ${reference}`)
  const hasApplication = predecessor.target !== undefined || current.target !== undefined
  const changed = hasApplication ? await git.changedSince(commit) : []
  const changedLockfiles = changed.filter((file) => isLockfile(file) || isPatch(file))
  return { candidate: current, predecessor, base, changedLockfiles }
}
