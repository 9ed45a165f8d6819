import { recordedModels } from './models.ts'
import type { NewFile } from './new-files.ts'

/** The folder of the two drafts that a new project's recordings answer too. Nothing else reads it. */
export const tryoutFolder = 'tryout'

/** The drafts: the same prompt on a newer model, which the gate fails, and mended for that model. */
export const drafts = {
  newer: `${tryoutFolder}/newer-model.prompt.yml`,
  mended: `${tryoutFolder}/newer-model-mended.prompt.yml`,
}

const newerModel = `# The same prompt on a newer model; only the two lines "version" and "model" differ. Compare it before you switch: the
# summaries no longer say what the customer wants. Cases, checks and rubric are those of the prompt in prompts/.
# This folder is for the first try alone, and can be removed.
`

const mended = `# The newer model, and one more line in the prompt: that beginning with "End with". Now nothing is lost.
# This folder is for the first try alone, and can be removed.
`

const lastLine = 'every order number, amount and date, and nothing that the message does not say.\n'
const addedLine = '      End with what the customer wants from us, in words of its own.\n'

/** Both drafts of a prompt file: it without its measure, on the newer model. */
export function tryoutFiles(prompt: string): NewFile[] {
  const asked = prompt
    .slice(0, prompt.indexOf('\n# fast:'))
    .replace(recordedModels.current, recordedModels.newer)
    .replace(/^name: .*\n/m, '')
  const [schema = '', ...rest] = asked.split('\n')
  const draft = (comment: string, version: string, text: string) =>
    `${schema}\n${comment}${text.replace('version: "1.0"', `version: "${version}"`)}`
  const text = rest.join('\n')
  return [
    { path: drafts.newer, text: draft(newerModel, '1.1', text) },
    { path: drafts.mended, text: draft(mended, '1.2', text.replace(lastLine, lastLine + addedLine)) },
  ]
}
