import { errorMessage } from '../../../errors.ts'
import { decodeText } from '../decode-text.ts'
import { type Diagnostic, InvalidFilesError } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { isMissingFile, type ProjectFiles } from '../project-files.ts'
import { parseYaml } from './yaml.ts'

/** Reads and parses a YAML file. Whatever keeps it from being read comes back as diagnostics, never as an exception. */
export async function loadYaml(
  files: ProjectFiles,
  path: string,
): Promise<{ source?: Source; text?: string; diagnostics: Diagnostic[] }> {
  const file = files.describe(path)
  try {
    const text = decodeText(await files.read(path), file)
    return { text, ...parsedOnce(text, file) }
  } catch (error) {
    if (error instanceof InvalidFilesError) return { diagnostics: [...error.diagnostics] }
    return { diagnostics: [unreadable(file, error)] }
  }
}

type Parsed = ReturnType<typeof parseYaml>

/** What was parsed, by name and text, the newest last. A gate reads the same suite for several purposes. */
const parsedTexts = new Map<string, Parsed>()
/** Characters of all of them: what was parsed takes many times the memory of its text. */
const mostKept = 4_000_000

/** Nobody changes what was parsed: others get it too. */
function parsedOnce(text: string, file: string): Parsed {
  const key = `${file}\n${text}`
  const parsed = parsedTexts.get(key) ?? parseYaml(text, file)
  parsedTexts.delete(key)
  parsedTexts.set(key, parsed)
  let size = 0
  for (const each of parsedTexts.keys()) size += each.length
  for (const each of parsedTexts.keys()) {
    if (size <= mostKept) break
    parsedTexts.delete(each)
    size -= each.length
  }
  return { ...parsed, diagnostics: [...parsed.diagnostics] }
}

/** The diagnostic of a file that cannot be read at all. */
export function unreadable(file: string, error: unknown): Diagnostic {
  const reason = errorMessage(error)
  const message = isMissingFile(error) ? 'the file does not exist' : `cannot be read: ${reason}`
  return { severity: 'error', file, line: 1, column: 1, path: '', message }
}
