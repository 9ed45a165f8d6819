import { SluiceError } from '../../../errors.ts'
import { suggest } from '../../../text/did-you-mean.ts'
import type { Prompt } from '../prompt/prompt.ts'

/** The prompt of a feature by its name. @throws SluiceError `invalid-input` with the names that exist. */
export function selectFeature(prompts: readonly Prompt[], name: string): Prompt {
  const prompt = prompts.find(({ feature }) => feature === name)
  if (prompt) return prompt
  const names = prompts.map(({ feature }) => feature)
  const near = suggest(name, names)
  throw new SluiceError(
    'invalid-input',
    names.length === 0
      ? `there is no feature "${name}": no prompt files were found. Check "prompts" in sluice.yaml, or run in the project's folder.`
      : `there is no feature "${name}"${near ? `; did you mean "${near}"?` : '.'} Features: ${names.join(', ')}.`,
  )
}
