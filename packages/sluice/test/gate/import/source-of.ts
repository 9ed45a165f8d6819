import path from 'node:path'
import { SluiceError } from '../../../src/errors.ts'
import type { ImportSource } from '../../../src/gate/import/import-source.ts'
import type { Imported } from '../../../src/gate/import/imported.ts'
import { importPromptfoo } from '../../../src/gate/import/promptfoo/promptfoo.ts'

/** Files in memory, the first of which is imported. */
export function sourceOf(files: Record<string, string>): ImportSource {
  const [name = ''] = Object.keys(files)
  const textOf = async (reference: string) => {
    const text = files[path.posix.normalize(reference)]
    if (text === undefined) throw new SluiceError('invalid-input', `${reference}: there is no such file or folder`)
    return text
  }
  return {
    name,
    isFolder: false,
    columns: new Map(),
    text: () => textOf(name),
    bytes: async () => new TextEncoder().encode(await textOf(name)),
    async *stream() {
      yield new TextEncoder().encode(await textOf(name))
    },
    textOf,
    list: async (glob) =>
      Object.keys(files)
        .filter((file) => path.matchesGlob(file, path.posix.normalize(glob)))
        .sort(),
  }
}

/** What a configuration of promptfoo becomes; more files may lie beside it. */
export function importYaml(yaml: string, beside: Record<string, string> = {}): Promise<Imported> {
  return importPromptfoo(sourceOf({ 'promptfooconfig.yaml': yaml, ...beside }))
}

/** The notes of rows of this name and outcome. */
export function notesOf({ rows }: Imported, name: string, outcome: string): string[] {
  return rows.filter((row) => row.name === name && row.outcome === outcome).map(({ note }) => note)
}
