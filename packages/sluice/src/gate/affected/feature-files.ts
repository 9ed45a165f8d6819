import path from 'node:path'
import picomatch from 'picomatch'
import { readCases } from '../../core/suite/cases/read-suite.ts'
import type { CheckSpec } from '../../core/suite/checks/check-spec.ts'
import { allChecks } from '../../core/suite/checks/nested-checks.ts'
import type { Config } from '../../core/suite/config/config.ts'
import { judgeMembers } from '../../core/suite/config/judge-settings.ts'
import { configFileName } from '../../core/suite/config/load-config.ts'
import { parseModelId } from '../../core/suite/models/model.ts'
import { diskFiles, type ProjectFiles } from '../../core/suite/project-files.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { moduleReference } from '../../core/suite/values/module-reference.ts'
import { addApplication, scriptsNamed } from './application-files.ts'
import { type CodeFiles, type CodePlace, collectCode, type FeaturePart, followed } from './code-files.ts'
import { entryAt } from './file-entry.ts'
import { isWithin, packageAround } from './packages.ts'

/** Everything that is read for a feature. */
export interface FeatureFiles {
  parts: FeaturePart[]
  /** Those of the parts that are the code of checks or mocks, or of what it imports. */
  checkCode: FeaturePart[]
  /** Those of the parts that are the application, or what others provide for it. */
  applicationCode: FeaturePart[]
  /** Why more may be read than the parts say; such a feature counts as affected. */
  unknown: string[]
}

export interface FeaturePlace extends CodePlace {
  config: Config
  files: ProjectFiles
  /** Those of the base commit: what a pattern found then and no longer finds has changed. */
  baseFiles: ProjectFiles | undefined
  /** What the cases of a suite ask for; kept, since features may share a suite. */
  suiteNeeds: Map<string, Promise<SuiteNeeds>>
}

/** What cases ask for beside their prompt. */
interface SuiteNeeds {
  checks: CheckSpec[]
  /** Modules that answer for tools, relative to the root. */
  mockModules: string[]
  /** Models that play users. */
  models: string[]
  /** Files of variables, relative to the root. */
  varFiles: string[]
  /** Why the suite could not be read to its end. */
  fault?: string
}

/** The one list of what is read for a feature: whatever is not on it cannot change its scores. */
export async function featureFiles(prompt: Prompt, place: FeaturePlace): Promise<FeatureFiles> {
  const { config } = place
  const absolute = (file: string) => path.resolve(config.root, file)
  const needs = await needsOf(prompt, place)
  const checks = [...allChecks(prompt.checks), ...needs.flatMap((each) => each.checks)]
  const suites = Object.entries(prompt.suites)
  const code = collectCode(place)
  for (const spec of checks) {
    if (spec.type === 'module') code.addModule(moduleOf(spec.value), 'check')
    if (spec.type === 'command') addCommand(spec.value, code, place)
  }
  const mockModules = [...modulesOf(prompt.mocks), ...needs.flatMap((each) => each.mockModules)]
  for (const reference of mockModules) code.addModule(absolute(moduleOf(reference)), 'mock')
  const checkCode = [...code.parts]
  for (const spec of checks) if (spec.type === 'command') addSurroundings(spec.value, code, place)
  const { redact } = prompt.live
  if (redact !== undefined) code.addModule(moduleOf(redact), 'redaction')
  const before = code.parts.length
  const application = { ...place, project: config.root, list: diskFiles(config.root).list }
  const open = prompt.target ? await addApplication(prompt.target, code, application) : []
  return {
    parts: [
      { kind: 'file', path: absolute(prompt.file), as: 'prompt' },
      { kind: 'file', path: absolute(config.file ?? configFileName), as: 'configuration' },
      ...suites.map(([name, file]) => ({ kind: 'file' as const, path: absolute(file), as: `suite ${name}` })),
      ...[...new Set(needs.flatMap(({ varFiles }) => varFiles))].map((file) => ({
        kind: 'file' as const,
        path: absolute(file),
        as: 'variable of a case',
      })),
      ...filesOf(prompt).map((file) => ({ kind: 'file' as const, path: absolute(file), as: 'file of a message' })),
      ...(await recordings([...modelsOf(prompt, config, checks), ...needs.flatMap(({ models }) => models)], place)),
      ...code.parts,
    ],
    checkCode,
    applicationCode: code.parts.slice(before),
    unknown: [...needs.flatMap(({ fault }) => fault ?? []), ...open],
  }
}

function modulesOf(mocks: Prompt['mocks'] = []): string[] {
  return mocks.flatMap(({ module }) => module ?? [])
}

/** The images and PDFs that the messages of a prompt name. */
function filesOf({ messages }: Prompt): string[] {
  const files = messages.flatMap(({ parts = [] }) => parts.flatMap((part) => ('file' in part ? [part.file.path] : [])))
  return [...new Set(files)].filter((file) => file !== undefined)
}

function moduleOf(reference: string): string {
  return moduleReference(reference).file
}

async function needsOf({ suites }: Prompt, place: FeaturePlace): Promise<SuiteNeeds[]> {
  const { suiteNeeds, files, config } = place
  const needs = [...new Set(Object.values(suites))].map((suite) => {
    const known = suiteNeeds.get(suite) ?? readNeeds(files, suite, config.root)
    suiteNeeds.set(suite, known)
    return known
  })
  return Promise.all(needs)
}

/** Reads a suite case by case and keeps what is looked up elsewhere: code, and models. */
async function readNeeds(files: ProjectFiles, suite: string, root: string): Promise<SuiteNeeds> {
  const checks = new Map<string, CheckSpec>()
  const varFiles = new Set<string>()
  const mockModules = new Set<string>()
  const models = new Set<string>()
  try {
    for await (const testCase of readCases(files, suite, { root })) {
      for (const file of testCase.varFiles ?? []) varFiles.add(file)
      if (testCase.simulate) models.add(testCase.simulate.model)
      for (const reference of modulesOf(testCase.mocks)) mockModules.add(reference)
      const ofTurns = (testCase.turns ?? []).flatMap((turn) => turn.checks)
      for (const spec of allChecks([...testCase.checks, ...ofTurns])) {
        if (spec.type === 'module') checks.set(spec.value, spec)
        else if (spec.type === 'command') checks.set(`command ${JSON.stringify(spec.value)}`, spec)
        else if (spec.type === 'similarity') checks.set(`similarity ${spec.value.metric} ${spec.value.model}`, spec)
      }
    }
    return { checks: [...checks.values()], mockModules: [...mockModules], models: [...models], varFiles: [...varFiles] }
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    return {
      checks: [...checks.values()],
      mockModules: [...mockModules],
      models: [...models],
      varFiles: [...varFiles],
      fault: `${suite} cannot be read to its end, so what its cases run is unknown: ${reason}`,
    }
  }
}

/** Models that answer for a feature, or judge it. */
function modelsOf(prompt: Prompt, { judge, embedding }: Config, checks: readonly CheckSpec[]): string[] {
  const embeddings = checks.map((spec) =>
    spec.type === 'similarity' && spec.value.metric === 'embedding'
      ? (spec.value.model ?? embedding?.model)
      : undefined,
  )
  const judges = judgeMembers(judge).map(({ model }) => model)
  const all = [prompt.model, ...judges, ...prompt.choices.map(({ model }) => model), ...embeddings]
  return [...new Set(all.filter((model) => model !== undefined))]
}

async function recordings(models: readonly string[], place: FeaturePlace): Promise<FeaturePart[]> {
  const { config, files, baseFiles } = place
  const providers = new Set(models.map((model) => parseModelId(model)?.provider ?? ''))
  const parts: FeaturePart[] = []
  for (const provider of providers) {
    const settings = Object.hasOwn(config.providers, provider) ? config.providers[provider] : undefined
    if (settings?.kind !== 'replay') continue
    const as = `recordings of ${provider}`
    for (const glob of settings.files ?? []) {
      const { isGlob, base, glob: inside } = picomatch.scan(glob)
      const folder = path.resolve(config.root, base)
      parts.push(isGlob ? { kind: 'pattern', path: folder, glob: inside, as } : { kind: 'file', path: folder, as })
      const found = [...(await files.list(glob)), ...((await baseFiles?.list(glob)) ?? [])]
      for (const file of new Set(found)) parts.push({ kind: 'file', path: path.resolve(config.root, file), as })
    }
  }
  return parts
}

/**
 * Adds what the command line of a check's program names: the files, and what lies beside them, since the imports of
 * other languages are not read.
 */
function addCommand(command: readonly string[], code: CodeFiles, { config, root }: FeaturePlace): void {
  for (const place of scriptsNamed(command, config.root, root)) {
    if (!entryAt(place)?.isFile()) code.add({ kind: 'folder', path: place, as: 'check' })
    else {
      code.addModule(place, 'check')
      const [folder, extension] = [path.dirname(place), path.extname(place)]
      const as = `beside ${path.basename(place)}`
      if (followed.test(place)) continue
      if (!liesWithPrompts(place, config.root)) code.add({ kind: 'folder', path: folder, as })
      else if (extension !== '') code.add({ kind: 'pattern', path: folder, glob: `**/*${extension}`, as })
    }
  }
}

/** In the folder of the project itself, or above it, lie prompts and suites as well, which are no code of a check. */
function liesWithPrompts(script: string, projectRoot: string): boolean {
  return isWithin(projectRoot, path.dirname(script))
}

/** What a program may read besides, where it lies with the prompts or its command line names nothing of the project. */
function addSurroundings(command: readonly string[], code: CodeFiles, { config, root }: FeaturePlace): void {
  const places = scriptsNamed(command, config.root, root)
  const isOpen = places.some((place) => !followed.test(place) && liesWithPrompts(place, config.root))
  if (places.length === 0 || isOpen) code.addPackage(packageAround(config.root, root), `around ${command.join(' ')}`)
}
