import path from 'node:path'
import { parsePrompt } from '../../suite/parse-prompt.ts'
import type { Prompt } from '../../suite/prompt.ts'
import type { BaseProject } from './base-project.ts'

/** Where present prompts may have been in the base commit. */
export interface StrayPlace {
  /** Paths of the present prompts that no prompt of the base project explains; relative to the repository's root. */
  open: readonly string[]
  onDisk(file: string): boolean
}

/**
 * Prompts of the base commit outside of what is taken for the project of then. A project that has no sluice.yaml there may
 * have moved, or have got one in another folder, and its features are not new for that: they are looked for where the
 * present ones lie, and among prompt files that are gone.
 */
export async function strayPrompts(base: BaseProject, { open, onDisk }: StrayPlace): Promise<Prompt[]> {
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
