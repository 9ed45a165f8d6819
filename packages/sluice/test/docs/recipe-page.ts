import { readFileSync } from 'node:fs'
import path from 'node:path'

export const recipesFolder = path.join(import.meta.dirname, '../../../../docs/recipes')

export interface RecipePage {
  text: string
  /** The files that the page shows, by the path that their first line names. */
  files: Record<string, string>
}

const block = /^```.*\n([\s\S]*?)^```$/gm
const nameLine = /^(?:#|\/\/) ([\w./[\]-]+\.\w+|[\w./-]*Jenkinsfile)\n/

/** A page of `docs/recipes` with its files, as a reader would write them down. */
export function readRecipe(name: string): RecipePage {
  const text = readFileSync(path.join(recipesFolder, `${name}.md`), 'utf8')
  const files: Record<string, string> = {}
  for (const [, code = ''] of text.matchAll(block)) {
    const [, file] = nameLine.exec(code) ?? []
    if (file !== undefined) files[file] = code
  }
  return { text, files }
}
