import { access } from 'node:fs/promises'
import path from 'node:path'
import { isWithoutAnswer } from '../cases/case.ts'
import type { CheckSpec } from '../checks/check-spec.ts'
import type { Config } from '../config/config.ts'
import { configFileName, loadConfig } from '../config/load-config.ts'
import { type Diagnostic, InvalidFilesError, inOrder } from '../diagnostics/diagnostic.ts'
import { diskFiles, type ProjectFiles } from '../project-files.ts'
import { inlineFaults } from '../prompt/inline-cases.ts'
import type { Prompt } from '../prompt/prompt.ts'
import { chooseSuite } from '../prompt/suites.ts'
import { compileExpression } from '../values/expression.ts'
import { variablesOf } from '../values/template.ts'
import { checkCases } from './check-cases.ts'
import { loadPrompts } from './load-prompts.ts'

/** Everything that a project's files say, and everything that is wrong with them. */
export interface Project {
  config: Config
  prompts: Prompt[]
  /** Path of each suite that was read -> number of its cases. */
  caseCounts: Map<string, number>
  /** Errors and warnings, in the order of file and line. */
  diagnostics: Diagnostic[]
}

/** A project that can be worked with, and the files that it was read from. */
export interface LoadedProject extends Omit<Project, 'diagnostics'> {
  files: ProjectFiles
}

/** A project whose suites may be faulty. */
export interface PartlySoundProject extends LoadedProject {
  /** The faults of each feature's suites, by feature; a feature without faults has no entry. */
  suiteFaults: ReadonlyMap<string, readonly Diagnostic[]>
}

export interface LoadProjectOptions {
  /** Absolute. */
  root: string
  /** Where the files come from; by default the disk. */
  files?: ProjectFiles
  /** Which suites to read and check; by default all. Naming those in use spares reading large ones in vain. */
  suites?: (prompt: Prompt, suite: string) => boolean
}

/** Reads sluice.yaml, all prompts and their suites, and collects every fault of every file. */
export async function loadProject({
  root,
  files = diskFiles(root),
  suites = () => true,
}: LoadProjectOptions): Promise<Project> {
  const { config, diagnostics, source } = await loadConfig(files, root)
  const loaded = await loadPrompts(files, config, source)
  const found = [...diagnostics, ...loaded.diagnostics]
  const caseCounts = new Map<string, number>()
  for (const prompt of loaded.prompts) {
    found.push(...(await suiteDiagnostics(prompt, { files, config, suites, caseCounts })))
  }
  for (const suite of new Set(loaded.orphanSuites)) {
    if (await exists(files, suite)) found.push(...(await checkCases(files, suite, { root })).diagnostics)
  }
  return { config, prompts: loaded.prompts, caseCounts, diagnostics: inOrder(found) }
}

/** The project, if it has no errors. @throws InvalidFilesError with all of them. */
export function strictProject(project: Project): Project {
  const errors = project.diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new InvalidFilesError(errors)
  return project
}

/**
 * The project with the faults of its suites set apart. @throws InvalidFilesError with all errors, where there are
 * others
 */
export function partlySound(
  { config, prompts, caseCounts, diagnostics }: Project,
  files: ProjectFiles,
): PartlySoundProject {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const bySuite = new Map(
    prompts.map((prompt) => [prompt.feature, errors.filter((fault) => isOfSuite(fault, prompt))] as const),
  )
  const ofSuites = new Set([...bySuite.values()].flat())
  if (errors.some((fault) => !ofSuites.has(fault))) throw new InvalidFilesError(errors)
  const suiteFaults = new Map([...bySuite].filter(([, faults]) => faults.length > 0))
  return { config, prompts, files, caseCounts, suiteFaults }
}

/** Whether a fault is in a suite of the prompt, or where the prompt names a suite that does not exist. */
function isOfSuite({ file, path: key }: Diagnostic, prompt: Prompt): boolean {
  return Object.values(prompt.suites).includes(file) || (file === prompt.file && key.startsWith('suites.'))
}

/** The nearest folder, from `cwd` upwards, that holds sluice.yaml; `cwd` itself when there is none. */
export async function findRoot(cwd: string): Promise<string> {
  const start = path.resolve(cwd)
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (await onDisk(path.join(folder, configFileName))) return folder
    if (folder === path.dirname(folder)) return start
  }
}

async function onDisk(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

async function exists(files: ProjectFiles, file: string): Promise<boolean> {
  return (await files.list(file)).length > 0
}

interface SuitePlace {
  files: ProjectFiles
  config: Config
  suites: (prompt: Prompt, suite: string) => boolean
  caseCounts: Map<string, number>
}

const suiteWarning = { severity: 'warning', line: 1, column: 1, path: '' } as const
const allHeldOut =
  'every case is held out, and pull requests run this suite: no change would be judged. Take holdout: true from some cases'

async function suiteDiagnostics(prompt: Prompt, place: SuitePlace): Promise<Diagnostic[]> {
  const { files, config, suites, caseCounts } = place
  const chosen = Object.entries(prompt.suites).filter(([name]) => suites(prompt, name))
  const paths = new Set(chosen.map(([, file]) => file))
  const found = await inlineFaults(prompt, files, config)
  let specific = 0
  for (const file of paths) {
    if (!(await exists(files, file))) continue
    const checked = await checkCases(files, file, { root: config.root, prompt, config })
    found.push(...checked.diagnostics)
    const isOfPullRequests = file === prompt.suites[chooseSuite(prompt, undefined)]
    if (isOfPullRequests && checked.count > 0 && checked.heldOut === checked.count)
      found.push({ ...suiteWarning, file: files.describe(file), message: allHeldOut })
    caseCounts.set(file, checked.count)
    specific += checked.specific
  }
  if (paths.size === 0 || specific > 0 || checksMeaning(prompt)) return found
  const wholeFile = { file: files.describe(prompt.file), line: 1, column: 1, path: '' }
  return [...found, { severity: 'warning', ...wholeFile, message: onlyShape }]
}

const onlyShape =
  'only the shape of the output is checked; an answer that is well formed and wrong passes. Add a rubric, or checks with {{expected}}'

/** Whether anything in the prompt file checks what an output says, and not only its form. */
function checksMeaning({ rubric, choices, checks, expect }: Prompt): boolean {
  return isWithoutAnswer(expect) || rubric.length > 0 || choices.length > 0 || checks.some(comparesWithCase)
}

/**
 * Whether a check is about more than the shape of the output: similarity to a reference, own code, what was done, or a
 * text or expression with variables.
 */
function comparesWithCase({ type, value }: CheckSpec): boolean {
  if (type === 'oneOf') return value.some((specs) => specs.some(comparesWithCase))
  if (['similarity', 'module', 'command', 'toolCalled', 'toolOrder', 'state'].includes(type)) return true
  if (type !== 'expression') return variablesOf(JSON.stringify(value)).length > 0
  const expression = compileExpression(value)
  return typeof expression !== 'string' && (expression.uses.has('vars') || expression.uses.has('expected'))
}
