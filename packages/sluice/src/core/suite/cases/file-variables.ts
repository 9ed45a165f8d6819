import { errorMessage } from '../../../errors.ts'
import { decodeText } from '../decode-text.ts'
import { InvalidFilesError } from '../diagnostics/diagnostic.ts'
import { isMissingFile, type ProjectFiles, placeInProject } from '../project-files.ts'
import { fileTypeOf, projectContent } from '../values/content-file.ts'

export interface FileVariables {
  vars: Record<string, unknown>
  /** The files that were named, relative to the root, whether they could be read or not. */
  varFiles: string[]
  faults: { name: string; message: string }[]
}

/**
 * The variables of a case with the text of a file for each `{file: mails/1.txt}`: exactly its characters, without a
 * byte order mark. An image or a PDF, which its first bytes tell, is a `ContentFile`. Paths are relative to the suite,
 * in `folder`, and stay inside of the project.
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
    const { file, fault } = await placeInProject(files, folder, given)
    if (file !== undefined) found.varFiles.push(file)
    if (fault !== undefined) found.faults.push({ name, message: fault })
    if (file === undefined || fault !== undefined) continue
    try {
      const bytes = await files.read(file)
      const content = fileTypeOf(bytes) && projectContent(files, file, bytes)
      if (typeof content === 'string') found.faults.push({ name, message: content })
      else found.vars[name] = content ?? decodeText(bytes, files.describe(file))
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
  return `${file} cannot be read: ${errorMessage(error)}`
}
