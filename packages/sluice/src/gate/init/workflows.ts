import { fromTemplates, type NewFile } from './new-files.ts'

/** The secret that the workflows name where the project asks no model yet. */
const usualKey = 'ANTHROPIC_API_KEY'

/** The line of a template that hands a secret over. */
const secretLine = /^( +)__KEY__: .*\n/gm

/**
 * The workflow of pull requests, that of the night, and the action that both use; `keys` are the secrets that they hand
 * over.
 */
export async function workflowFiles(keys: readonly string[]): Promise<NewFile[]> {
  const files = await fromTemplates(
    [
      ['.github/actions/sluice/action.yml', 'action.yml'],
      ['.github/workflows/sluice.yml', 'workflows/sluice.yml'],
      ['.github/workflows/sluice-nightly.yml', 'workflows/sluice-nightly.yml'],
    ],
    {},
  )
  const secrets = keys.length === 0 ? [usualKey] : keys
  const lines = (line: string) => secrets.map((key) => line.replaceAll('__KEY__', key)).join('')
  return files.map(({ path, text }) => ({ path, text: text.replace(secretLine, lines) }))
}
