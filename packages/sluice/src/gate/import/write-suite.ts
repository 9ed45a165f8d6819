import { access, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { configFileName, loadConfig } from '../../core/suite/config/load-config.ts'
import { type Diagnostic, formatDiagnostic } from '../../core/suite/diagnostics/diagnostic.ts'
import { loadProject } from '../../core/suite/project/project.ts'
import { diskFiles, globMatcher, type ProjectFiles, streamFile } from '../../core/suite/project-files.ts'
import { readRecordings } from '../../core/suite/recordings.ts'
import { invalidInput, SluiceError } from '../../errors.ts'
import { linkOutside } from '../init/write-project.ts'
import { configText, type PlannedProject, yamlText } from './plan-project.ts'

/** A project as it would be on disk, checked by the loader that every command uses. */
export interface AcceptedProject {
  /** Absolute. */
  root: string
  /** The files to write, relative to the root. */
  files: { path: string; text: string }[]
  /** The files on disk together with those to write. */
  reading: ProjectFiles
}

/**
 * Adds sluice.yaml where it is missing, and loads the project as if its files were written already.
 * @throws SluiceError `invalid-input` where a file exists, or an existing sluice.yaml does not fit; `cannot-run` where
 * what was translated is not valid
 */
export async function checkPlan(plan: PlannedProject, root: string): Promise<AcceptedProject> {
  const disk = diskFiles(root)
  const isConfigured = (await disk.list(configFileName)).length > 0
  const config = { path: configFileName, text: configText(plan.providers) }
  const files = isConfigured ? plan.files : [...plan.files, config]
  await refuseExisting(root, files)
  await refuseLinks(root, files)
  const reading = overlay(disk, files)
  if (isConfigured) await refuseMissingProviders(plan, reading, root)
  const project = await loadProject({ root, files: reading })
  const own = new Set(files.map((file) => file.path))
  const faults = project.diagnostics.filter(({ severity, file }) => severity === 'error' && own.has(file))
  if (faults.length > 0) throw notValid(faults)
  const loaded = new Set(project.prompts.map(({ file }) => file))
  const unread = plan.features.find(({ promptFile }) => !loaded.has(promptFile))
  if (unread !== undefined) {
    throw invalidInput(
      `${configFileName} looks for prompts in ${project.config.prompts}, where ${unread.promptFile} would not be read; nothing was written. Import into another folder with --out`,
    )
  }
  const recordings = files.map((file) => file.path).filter((file) => file.startsWith('recordings/'))
  for await (const _ of readRecordings(reading, recordings));
  return { root, files, reading }
}

/**
 * Writes the files; none of them replaces another. @throws SluiceError `cannot-run` where the folder cannot be written
 */
export async function writeFiles({ root, files }: AcceptedProject): Promise<void> {
  try {
    for (const { path: place, text } of files) {
      const file = path.join(root, place)
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, text, { flag: 'wx' })
    }
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause
    throw new SluiceError('cannot-run', `the project cannot be written: ${cause.message}`, { cause })
  }
}

async function refuseExisting(root: string, files: AcceptedProject['files']): Promise<void> {
  const found = await Promise.all(
    files.map((file) =>
      access(path.join(root, file.path)).then(
        () => [file.path],
        () => [],
      ),
    ),
  )
  const existing = found.flat()
  if (existing.length === 0) return
  throw invalidInput(
    `nothing was written, because these files exist already in ${root}:\n${existing.map((file) => `  ${file}`).join('\n')}\nChoose another folder with --out, or another name with --name.`,
  )
}

async function refuseLinks(root: string, files: AcceptedProject['files']): Promise<void> {
  for (const folder of new Set(files.map((file) => path.dirname(file.path)))) {
    const outside = await linkOutside(root, path.join(root, folder)).catch(() => undefined)
    if (outside === undefined) continue
    throw invalidInput(
      `nothing was written: ${folder} is a link that leads out of ${root}, to ${outside}. Import into another folder with --out`,
    )
  }
}

async function refuseMissingProviders({ providers }: PlannedProject, files: ProjectFiles, root: string): Promise<void> {
  const { config } = await loadConfig(files, root)
  const missing = Object.entries(providers).filter(([name]) => !Object.hasOwn(config.providers, name))
  if (missing.length === 0) return
  const lines = yamlText({ providers: Object.fromEntries(missing) }).trimEnd()
  throw invalidInput(`nothing was written: add these providers to ${configFileName} first\n${lines}`)
}

const chunkBytes = 1 << 16

function overlay(disk: ProjectFiles, files: AcceptedProject['files']): ProjectFiles {
  const texts = new Map(files.map(({ path: file, text }) => [file, text]))
  return {
    read: async (file) => {
      const text = texts.get(file)
      return text === undefined ? disk.read(file) : new TextEncoder().encode(text)
    },
    async *stream(file) {
      const text = texts.get(file)
      if (text === undefined) return yield* streamFile(disk, file)
      const bytes = new TextEncoder().encode(text)
      for (let start = 0; start < bytes.length; start += chunkBytes) yield bytes.subarray(start, start + chunkBytes)
    },
    async list(glob) {
      const matches = globMatcher(glob)
      const planned = [...texts.keys()].filter((file) => file === glob || matches(file))
      return [...new Set([...(await disk.list(glob)), ...planned])].sort()
    },
    describe: disk.describe,
  }
}

function notValid(faults: readonly Diagnostic[]): SluiceError {
  const shown = faults.slice(0, 5).map(formatDiagnostic).join('\n')
  return new SluiceError(
    'cannot-run',
    `what was translated is not valid, so nothing was written; please report this with the file:\n${shown}`,
  )
}
