import path from 'node:path'
import { z } from 'zod'
import { type Diagnostic, InvalidFilesError } from '../../core/suite/diagnostics/diagnostic.ts'
import { located, validate } from '../../core/suite/diagnostics/validate.ts'
import { isMissingFile, type ProjectFiles } from '../../core/suite/project-files.ts'
import { loadYaml } from '../../core/suite/yaml/load-yaml.ts'
import { SluiceError } from '../../errors.ts'
import type { RubricItem } from '../../records/rubric.ts'
import { replaceFile } from '../../replace-file.ts'

/** How many other wordings of an item are made. */
export const wordingsPerItem = 3

const entrySchema = z.strictObject({
  item: z
    .string()
    .min(1)
    .meta({ description: 'Id of the rubric item.', examples: ['actions'] }),
  ask: z.string().min(1).meta({ description: 'The question as it was when it was reworded.' }),
  by: z
    .string()
    .min(1)
    .meta({ description: 'The model or the person that reworded it.', examples: ['ann'] }),
  rewordings: z.array(z.string().min(1)).min(1).max(10).meta({ description: 'The same question in other words.' }),
})

/** One rubric item in other words; an entry of `labels/<feature>.rewordings.yaml`. */
export type Rewording = z.infer<typeof entrySchema>

export function rewordingsFile(feature: string): string {
  return `labels/${feature}.rewordings.yaml`
}

/**
 * The kept rewordings of items as they are now; those of a question that has changed since are left out.
 * @throws InvalidFilesError for a file that is not as it must be, such as a rewording that is the question itself
 */
export async function readRewordings(
  files: ProjectFiles,
  feature: string,
  rubric: readonly RubricItem[],
): Promise<Rewording[]> {
  const file = rewordingsFile(feature)
  const exists = await files.read(file).then(
    () => true,
    (error: unknown) => !isMissingFile(error),
  )
  if (!exists) return []
  const { source, diagnostics } = await loadYaml(files, file)
  if (!source) throw new InvalidFilesError(diagnostics)
  const { data, diagnostics: faults } = validate(z.array(entrySchema), source)
  const doubled: Diagnostic[] = (data ?? []).flatMap((entry, index) => {
    const fault = wordingFault(entry)
    return fault === undefined ? [] : [located(source, [index, 'rewordings'], fault)]
  })
  const all = [...diagnostics, ...faults, ...doubled]
  if (!data || all.some(({ severity }) => severity === 'error')) throw new InvalidFilesError(all)
  return data.filter(({ item, ask }) => rubric.some((now) => now.id === item && now.ask.trim() === ask.trim()))
}

/** Why wordings would test nothing: one is the question itself, or two are the same but for case and punctuation. */
export function wordingFault({ ask, rewordings }: Pick<Rewording, 'ask' | 'rewordings'>): string | undefined {
  const plain = [ask, ...rewordings].map((text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim(),
  )
  const again = plain.findIndex((text, index) => plain.indexOf(text) < index)
  if (again === -1) return undefined
  const same = plain.indexOf(plain[again] ?? '')
  return same === 0
    ? `rewording ${again} is the question itself, so it tests nothing; write it in other words`
    : `rewordings ${same} and ${again} are the same; write one of them in other words`
}

const head = `# Other wordings of the rubric, for sluice judge rubric. Read them: each must ask the same as "ask", in other words.
# Commit the file. What you change here by hand is kept; a question that changes in the prompt is reworded anew.
`

/** Writes the rewordings; a link in the place of the folder is not followed out of the project. */
export async function writeRewordings(
  { root, files }: { root: string; files: ProjectFiles },
  feature: string,
  rewordings: readonly Rewording[],
): Promise<void> {
  if (await files.leadsOut?.('labels'))
    throw new SluiceError('invalid-input', 'labels: the link leads out of the project; put a folder in its place')
  const entries = rewordings.map(
    ({ item, ask, by, rewordings: texts }) =>
      `- item: ${JSON.stringify(item)}\n  ask: ${JSON.stringify(ask)}\n  by: ${JSON.stringify(by)}\n  rewordings:\n${texts
        .map((text) => `    - ${JSON.stringify(text)}\n`)
        .join('')}`,
  )
  await replaceFile(path.join(root, rewordingsFile(feature)), async (sink) => sink.write(head + entries.join('')))
}
