import { invalidInput } from '../../../errors.ts'
import type { ImportSource } from '../import-source.ts'

export interface PromptText {
  file: string
  text: string
}

/**
 * The named file, or in a folder every file whose name ends so. @throws SluiceError `invalid-input` where there is none
 */
export async function promptTexts(source: ImportSource, endings: readonly string[]): Promise<PromptText[]> {
  if (!source.isFolder) {
    const text = await source.text()
    if (text.trim() === '') throw invalidInput(`${source.name} is empty`)
    return [{ file: source.name, text }]
  }
  const lists = await Promise.all(endings.map((ending) => source.list(`**/*${ending}`)))
  const files = [...new Set(lists.flat())].filter((file) => !/(?:^|\/)(?:node_modules|\.git)\//.test(file)).sort()
  if (files.length === 0) throw invalidInput(`${source.name} holds no file that ends in ${endings.join(' or ')}`)
  return Promise.all(files.map(async (file) => ({ file, text: await source.textOf(file) })))
}
