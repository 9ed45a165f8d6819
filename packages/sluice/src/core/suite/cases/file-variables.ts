import path from 'node:path'
import { decodeText } from '../decode-text.ts'
import { InvalidFilesError } from '../diagnostics/diagnostic.ts'
import { isMissingFile, type ProjectFiles } from '../project-files.ts'

export interface FileVariables {
  vars: Record<string, unknown>
  /** The files that were named, relative to the root, whether they could be read or not. */
  varFiles: string[]
  faults: { name: string; message: string }[]
}

/**
 * The variables of a case with the text of a file for each `{file: mails/1.txt}`: exactly its characters, without a byte
 * order mark. Paths are relative to the suite, in `folder`, and stay inside of the project.
 */
export async function fileVariables(
  vars: Readonly<Record<string, unknown>>,
  files: ProjectFiles,
  folder: string,
): Promise<FileVariables> {
  const found: FileVariables = { vars: { ...vars }, varFiles: [], faults: [] }
  for (const [name, value] of Object.entries(vars)) {
    const given = fileNamed(value)
    if (given === undefined) continue
    const file = path.posix.normalize(path.posix.join(folder, given))
    if (path.isAbsolute(given) || file === '..' || file.startsWith('../')) {
      found.faults.push({ name, message: `${given} lies outside of the project` })
      continue
    }
    found.varFiles.push(file)
    if (await files.leadsOut?.(file)) {
      found.faults.push({ name, message: `${file} is a link that leads out of the project` })
      continue
    }
    try {
      found.vars[name] = decodeText(await files.read(file), files.describe(file))
    } catch (error) {
      found.faults.push({ name, message: faultOf(error, file) })
    }
  }
  return found
}

/**
 * Variables that come from data, not from the author of a suite: a value that a suite would take for the name of a file
 * becomes its JSON text, as which it would have been rendered. `changed` names these variables.
 */
export function withoutFiles(vars: Readonly<Record<string, unknown>>): {
  vars: Record<string, unknown>
  changed: string[]
} {
  const changed = Object.keys(vars).filter((name) => fileNamed(vars[name]) !== undefined)
  return {
    vars: { ...vars, ...Object.fromEntries(changed.map((name) => [name, JSON.stringify(vars[name])])) },
    changed,
  }
}

/** A map with the key `file` alone; any other map is a value of its own. */
function fileNamed(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object' || Object.keys(value).length !== 1) return undefined
  const { file } = value as { file?: unknown }
  return typeof file === 'string' && file !== '' ? file : undefined
}

function faultOf(error: unknown, file: string): string {
  if (isMissingFile(error)) return `there is no file ${file}`
  if (error instanceof InvalidFilesError) return error.message
  return `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`
}
