import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../core/suite/config/config.ts'
import { parsePrompt } from '../../core/suite/prompt/parse-prompt.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { entryAt } from '../affected/file-entry.ts'
import type { Git } from '../git/git.ts'
import { type Content, renamesBetween } from '../git/renames.ts'
import type { BaseProject } from './base-project.ts'

/** The prompt of the base commit that a present one goes on from. */
export interface Predecessor {
  prompt: Prompt
  /** How it was found, where not by its name; a sentence. */
  note: string | null
}

/** A feature of the base commit that no present one goes on from. */
export interface RemovedFeature {
  feature: string
  /** Then; relative to the repository's root. */
  file: string
  /** The likely cause; a sentence without its subject. */
  cause: string
}

export interface Succession {
  /** The predecessor of each feature, by the name that the feature has now. */
  predecessors: Map<string, Predecessor>
  removed: RemovedFeature[]
}

export interface PresentPrompts {
  prompts: readonly Prompt[]
  config: Config
  /** Changed paths, relative to the repository's root. */
  changed: readonly string[]
  env: NodeJS.ProcessEnv
}

/** Largest file that is compared by its content. */
const mostBytes = 4 << 20

/**
 * Finds for each present prompt the one that it goes on from: by its feature's name; by its file, whose feature has
 * another name now; by git's rename detection; by a suite or test data that both have. Prompt files that nothing gated
 * then count as well, since a project may have moved. What is left of the base's features is removed.
 */
export async function succession(git: Git, base: BaseProject, present: PresentPrompts): Promise<Succession> {
  const { prompts, env } = present
  const then = (file: string) => path.posix.join(base.folder, file)
  const now = (file: string) => path.posix.join(git.prefix, file)
  const predecessors = new Map<string, Predecessor>()
  const taken = new Set<Prompt>()
  const strays: Prompt[] = []
  const free = () => [...base.prompts, ...strays].filter((prompt) => !taken.has(prompt))
  const open = () => prompts.filter(({ feature }) => !predecessors.has(feature))
  const take = (feature: string, prompt: Prompt | undefined, note: string | null) => {
    if (!prompt || taken.has(prompt)) return
    taken.add(prompt)
    predecessors.set(feature, { prompt, note })
  }

  const onDisk = (file: string) => entryAt(path.join(git.root, file))?.isFile() ?? false
  const gated = new Set(prompts.map(({ file }) => now(file)))
  for (const { feature } of prompts) {
    const prompt = base.prompts.find((candidate) => candidate.feature === feature)
    const left = prompt && onDisk(then(prompt.file)) && !gated.has(then(prompt.file))
    take(feature, prompt, left ? leftBehind(then(prompt.file)) : null)
  }
  for (const { feature, file } of open()) {
    const prompt = free().find((candidate) => then(candidate.file) === now(file))
    take(feature, prompt, `The feature was called "${prompt?.feature}" in the base commit; its file is the same.`)
  }

  strays.push(...(await strayPrompts(base, { open: open().map(({ file }) => now(file)), onDisk })))
  for (const { feature, file } of open()) {
    const prompt =
      free().find((candidate) => then(candidate.file) === now(file)) ??
      free().find((candidate) => strays.includes(candidate) && candidate.feature === feature)
    take(feature, prompt, prompt ? strayNote(then(prompt.file)) : null)
  }

  // A prompt that lives on where nothing gates it has not become another feature.
  const lost = free().filter(({ file }) => !onDisk(then(file)))
  const before = await Promise.all(
    lost.map(async ({ file }) => ({ path: then(file), bytes: await base.files.read(file) })),
  )
  const added = present.changed.filter((file) => isText(file) && !gated.has(file) && onDisk(file))
  const ungated = await renamesBetween(before, await contents(git, await without(added, base)), env)
  const livesOn = new Map([...ungated].map(([file, from]) => [from, file]))
  const movable = (prompt: Prompt) => lost.includes(prompt) && !taken.has(prompt) && !livesOn.has(then(prompt.file))

  const renamed = await renamesBetween(
    before,
    await contents(
      git,
      open().map(({ file }) => now(file)),
    ),
    env,
  )
  for (const { feature, file } of open()) {
    const prompt = free().find((candidate) => movable(candidate) && then(candidate.file) === renamed.get(now(file)))
    take(feature, prompt, `The file was renamed: git takes ${now(file)} for what was ${renamed.get(now(file))}.`)
  }
  for (const { feature, ...candidate } of open()) {
    for (const prompt of free().filter(movable)) {
      const shared = await sharedCases(git, base, prompt, candidate, env)
      if (shared !== undefined && !predecessors.has(feature)) {
        take(
          feature,
          prompt,
          `It is taken for what was "${prompt.feature}" (${then(prompt.file)}): both are measured by ${shared}.`,
        )
      }
    }
  }
  const gone = base.prompts.filter((prompt) => !taken.has(prompt))
  const removed = gone.map(({ feature, file }) => ({
    feature,
    file: then(file),
    cause: causeOf(then(file), { livesOn, onDisk, gated, present }),
  }))
  return { predecessors, removed }
}

function leftBehind(file: string): string {
  return `It goes on from the prompt of this name in the base commit, ${file}, which is still there but is no longer gated.`
}

function strayNote(file: string): string {
  return `It goes on from ${file} of the base commit, which lay outside of this project as it was there.`
}

function causeOf(
  file: string,
  {
    livesOn,
    onDisk,
    gated,
    present,
  }: {
    livesOn: ReadonlyMap<string, string>
    onDisk(file: string): boolean
    gated: ReadonlySet<string>
    present: PresentPrompts
  },
): string {
  const { config, prompts } = present
  const glob = `prompts: ${config.prompts}${config.file === undefined ? ' (the default, since sluice.yaml is gone or was never there)' : ''}`
  if (gated.has(file)) {
    const other = prompts.find((prompt) => file.endsWith(prompt.file))
    return `its file is now the feature "${other?.feature}", which was there before under another file`
  }
  if (onDisk(file)) return `its file is still there, but does not match ${glob}`
  const elsewhere = livesOn.get(file)
  if (elsewhere !== undefined) return `its file seems to be ${elsewhere} now, which does not match ${glob}`
  return 'its file is gone'
}

/** YAML, JSON and other text that a prompt may be renamed to. */
function isText(file: string): boolean {
  return /\.(?:ya?ml|json|prompt|txt|md)$/i.test(file)
}

async function without(files: readonly string[], base: BaseProject): Promise<string[]> {
  const known = await Promise.all(files.map((file) => base.tree.isFile(file)))
  return files.filter((_, index) => !known[index])
}

async function contents(git: Git, files: readonly string[]): Promise<Content[]> {
  const places = files.map((file) => ({ file, place: path.join(git.root, file) }))
  const small = places.filter(({ place }) => (entryAt(place)?.size ?? mostBytes + 1) <= mostBytes)
  return Promise.all(small.map(async ({ file, place }) => ({ path: file, bytes: await readFile(place) })))
}

/** The suite that both have, or its renamed file; or the same test data. */
async function sharedCases(
  git: Git,
  base: BaseProject,
  before: Prompt,
  after: Pick<Prompt, 'suites' | 'inlineCases'>,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const now = Object.values(after.suites).map((file) => path.posix.join(git.prefix, file))
  const then = Object.values(before.suites).map((file) => path.posix.join(base.folder, file))
  const same = now.find((file) => then.includes(file))
  if (same !== undefined) return same
  if (before.inlineCases.length > 0 && sameTestData(before, after)) return 'the same testData'
  const old = await Promise.all(
    then.map(async (file) => ({ path: file, bytes: (await base.tree.read(file)) ?? new Uint8Array() })),
  )
  const small = old.filter(({ bytes }) => bytes.length > 0 && bytes.length <= mostBytes)
  return [...(await renamesBetween(small, await contents(git, now), env)).keys()][0]
}

function sameTestData(a: Pick<Prompt, 'inlineCases'>, b: Pick<Prompt, 'inlineCases'>): boolean {
  const data = ({ inlineCases }: Pick<Prompt, 'inlineCases'>) =>
    JSON.stringify(inlineCases.map(({ vars, expected }) => [vars, expected]))
  return data(a) === data(b)
}

/** Where present prompts may have been in the base commit. */
interface StrayPlace {
  /** Paths of the present prompts that no prompt of the base project explains; relative to the repository's root. */
  open: readonly string[]
  onDisk(file: string): boolean
}

/**
 * Prompts of the base commit outside of what is taken for the project of then. A project that has no sluice.yaml there
 * may have moved, or have got one in another folder, and its features are not new for that: they are looked for where
 * the present ones lie, and among prompt files that are gone.
 */
async function strayPrompts(base: BaseProject, { open, onDisk }: StrayPlace): Promise<Prompt[]> {
  if (open.length === 0) return []
  const known = new Set([...base.prompts.map(({ file }) => file), ...base.invalid])
  const names = new Set(open.map((file) => path.posix.basename(file)))
  const mayBePrompt = (file: string) => /\.prompt\.ya?ml$/.test(file) || names.has(path.posix.basename(file))
  const gone = base.tree.paths().filter((file) => mayBePrompt(file) && !onDisk(file))
  const files = [...new Set([...open, ...gone])]
    .map((file) => path.posix.relative(base.folder, file))
    .filter((file) => !known.has(file))
  const found: Prompt[] = []
  for (const file of files) {
    if (!(await base.tree.isFile(path.posix.join(base.folder, file)))) continue
    const { prompt } = await parsePrompt(base.files, file, base.config)
    if (prompt) found.push(prompt)
  }
  return found
}
