import path from 'node:path'
import { SluiceError } from '../../../errors.ts'
import { hint, suggest } from '../../../text/did-you-mean.ts'
import { type Case, withDefaults } from '../cases/case.ts'
import { readCases, suiteKind } from '../cases/read-suite.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located } from '../diagnostics/validate.ts'
import type { ProjectFiles } from '../project-files.ts'
import type { Prompt } from './prompt.ts'

/** Suites by name, with paths relative to the root in place of those relative to the prompt's folder. */
export function suitePaths(suites: Readonly<Record<string, string>>, folder: string): Record<string, string> {
  return Object.fromEntries(Object.entries(suites).map(([name, file]) => [name, path.posix.join(folder, file)]))
}

/** Suites that do not exist or cannot be read, at the key that names them; a warning when there are no cases at all. */
export async function suiteFaults(
  { suites, inlineCases }: Prompt,
  source: Source,
  files: ProjectFiles,
): Promise<Diagnostic[]> {
  const entries = Object.entries(suites)
  if (entries.length === 0 && inlineCases.length === 0) {
    return [
      located(source, [], 'has no cases, so no change of it can be judged; add "suites" or "testData"', 'warning'),
    ]
  }
  const faults = entries.map(async ([name, file]) => {
    const at = ['suites', name]
    if (suiteKind(file) === undefined) {
      return [located(source, at, `${file} is neither YAML (.yaml), JSON Lines (.jsonl), JSON (.json) nor CSV (.csv)`)]
    }
    if ((await files.list(file)).length > 0) return []
    const meant = suggest(file, await files.list(`${path.posix.dirname(file)}/*`))
    return [located(source, at, `there is no file ${file}${meant === undefined ? '' : `; did you mean ${meant}?`}`)]
  })
  return (await Promise.all(faults)).flat()
}

/** The name of the suite that a pull request runs, where a prompt has it. */
const usual = 'fast'

/** The suite that was asked for; else `fast`, or the first of a prompt that has no `fast`. */
export function chooseSuite({ suites }: Prompt, asked: string | undefined): string {
  if (asked !== undefined) return asked
  return Object.hasOwn(suites, usual) ? usual : (Object.keys(suites)[0] ?? usual)
}

/** The file of a prompt's suite; without a name of the usual one. @throws SluiceError `invalid-input` */
export function suiteFile(prompt: Prompt, asked: string | undefined): string {
  const name = chooseSuite(prompt, asked)
  const suite = Object.hasOwn(prompt.suites, name) ? prompt.suites[name] : undefined
  if (suite !== undefined) return suite
  const names = Object.keys(prompt.suites)
  throw new SluiceError(
    'invalid-input',
    names.length > 0
      ? `${prompt.file} has no suite "${name}"; it has ${names.join(', ')}`
      : `${prompt.file} keeps its cases inline, as testData, and cases cannot be added there. Move them to a file and name the file: suites: {fast: ../evals/${prompt.feature}.yaml}`,
  )
}

/**
 * Whether a run of this suite leaves out the cases that are held out: that of pull requests does. A suite that is asked
 * for by another name has them.
 */
export function leavesOutHoldout(prompt: Prompt, suite: string): boolean {
  return suite === chooseSuite(prompt, undefined)
}

/**
 * Checks, before anything is paid for, that every feature has the suite that was asked for.
 * @throws SluiceError `invalid-input` for one that has others only
 */
export function requireSuites(prompts: readonly Prompt[], asked: string | undefined): void {
  if (asked === undefined) return
  for (const { suites, file } of prompts) {
    const names = Object.keys(suites)
    if (names.length === 0 || Object.hasOwn(suites, asked)) continue
    throw new SluiceError('invalid-input', `${file} has no suite "${asked}"${hint(asked, names)}`)
  }
}

/**
 * The cases that a prompt is evaluated on: those of the suite, or, when the prompt names no suites, its `testData`. The
 * prompt's own checks and rubric are not merged in.
 * @throws SluiceError `invalid-input` when there is no such suite.
 */
export function casesOf(
  files: ProjectFiles,
  { suites, inlineCases, defaults, file: promptFile }: Prompt,
  suiteName: string,
  { root }: { root: string },
): AsyncIterable<Case> {
  const file = Object.hasOwn(suites, suiteName) ? suites[suiteName] : undefined
  if (file !== undefined) return withDefaultsIn(readCases(files, file, { root }), defaults)
  const names = Object.keys(suites)
  if (names.length > 0) {
    throw new SluiceError('invalid-input', `${promptFile} has no suite "${suiteName}"${hint(suiteName, names)}`)
  }
  if (inlineCases.length > 0) return inOrder(inlineCases)
  throw new SluiceError('invalid-input', `${promptFile} has no cases; add "suites: {fast: ...}" to it`)
}

async function* withDefaultsIn(cases: AsyncIterable<Case>, defaults: Prompt['defaults']): AsyncGenerator<Case> {
  for await (const testCase of cases) yield withDefaults(testCase, defaults)
}

async function* inOrder(cases: readonly Case[]): AsyncGenerator<Case> {
  yield* cases
}
