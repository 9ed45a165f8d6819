import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { templatesFolder } from '../../templates-folder.ts'

export interface NewFile {
  /** Relative to the project, posix. */
  path: string
  text: string
}

/** What a new file is made of: its path, and the name of its template. */
export type TemplateOf = readonly [path: string, template: string]

/** Files made of templates, in which `__NAME__` is replaced by what `places` has for NAME. */
export function fromTemplates(
  sources: readonly TemplateOf[],
  places: Readonly<Record<string, string>>,
): Promise<NewFile[]> {
  return Promise.all(
    sources.map(async ([file, template]) => {
      const text = await readFile(path.join(templatesFolder(), template), 'utf8')
      return { path: file, text: text.replace(/__([A-Z]+)__/g, (all, name: string) => places[name] ?? all) }
    }),
  )
}
