import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { featureNameSchema } from '../../records/names.ts'
import { templatesFolder } from '../../templates-folder.ts'
import type { NewModels } from './models.ts'
import { tryoutFiles } from './tryout.ts'
import type { NewFile } from './write-project.ts'

export interface NewProjectOptions {
  /** A name as `featureName` makes it. */
  feature: string
  models: NewModels
}

/** The secret that the workflows name where the project asks no model yet. */
const usualKey = 'ANTHROPIC_API_KEY'

/** The files of a new project with one feature; lines for .gitignore are apart, since that file is only added to. */
export async function newProject({ feature, models }: NewProjectOptions): Promise<NewFile[]> {
  const isRecorded = models.keyVariable === undefined && models.providers === undefined
  const promptFile = `prompts/${feature}.prompt.yml`
  const places: Record<string, string> = {
    FEATURE: feature,
    MODEL: models.model,
    JUDGE: models.judge,
    PROVIDERS: models.providers ?? '',
    KEY: models.keyVariable ?? usualKey,
  }
  const sources: [path: string, template: string][] = [
    ['sluice.yaml', isRecorded ? 'sluice.recorded.yaml' : 'sluice.yaml'],
    [promptFile, 'prompt.yml'],
    [`evals/${feature}.fast.yaml`, 'evals/fast.yaml'],
    [`evals/${feature}.full.jsonl`, 'evals/full.jsonl'],
    ...(isRecorded
      ? ([
          ['recordings/answers.jsonl', 'recordings/answers.jsonl'],
          ['recordings/judge.jsonl', 'recordings/judge.jsonl'],
        ] satisfies [string, string][])
      : []),
    ['.github/actions/sluice/action.yml', 'action.yml'],
    ['.github/workflows/sluice.yml', 'workflows/sluice.yml'],
    ['.github/workflows/sluice-nightly.yml', 'workflows/sluice-nightly.yml'],
  ]
  const files = await Promise.all(
    sources.map(async ([path, template]) => {
      const text = await readFile(join(templatesFolder(), template), 'utf8')
      return { path, text: text.replace(/__([A-Z]+)__/g, (all, name: string) => places[name] ?? all) }
    }),
  )
  const prompt = files.find(({ path }) => path === promptFile)
  return isRecorded && prompt ? [...files, ...tryoutFiles(prompt.text)] : files
}

/**
 * The name that files can have: one that is valid stays as it is, and `Billing / refunds` becomes `billing-refunds`.
 */
export function featureName(text: string): string {
  if (featureNameSchema.safeParse(text).success) return text
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 80)
  return plain === '' ? 'feature' : plain
}
