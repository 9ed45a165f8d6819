import { featureNameSchema } from '../../records/names.ts'
import type { NewModels } from './models.ts'
import { fromTemplates, type NewFile, type TemplateOf } from './new-files.ts'
import { tryoutFiles } from './tryout.ts'

export interface NewProjectOptions {
  /** A name as `featureName` makes it. */
  feature: string
  models: NewModels
}

/** The files of a new project with one feature. */
export async function newProject({ feature, models }: NewProjectOptions): Promise<NewFile[]> {
  const { isRecorded } = models
  const prompt = `prompts/${feature}.prompt.yml`
  const recordings: TemplateOf[] = [
    ['recordings/answers.jsonl', 'recordings/answers.jsonl'],
    ['recordings/judge.jsonl', 'recordings/judge.jsonl'],
  ]
  const files = await fromTemplates(
    [
      ['sluice.yaml', isRecorded ? 'sluice.recorded.yaml' : 'sluice.yaml'],
      [prompt, 'prompt.yml'],
      [`evals/${feature}.fast.yaml`, 'evals/fast.yaml'],
      [`evals/${feature}.full.jsonl`, 'evals/full.jsonl'],
      ...(isRecorded ? recordings : []),
    ],
    {
      FEATURE: feature,
      MODEL: models.model,
      PARAMETERS: models.parameters,
      JUDGE: models.judge,
      PROVIDERS: models.providers ?? '',
    },
  )
  const text = files.find((file) => file.path === prompt)?.text ?? ''
  return isRecorded ? [...files, ...tryoutFiles(text)] : files
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
