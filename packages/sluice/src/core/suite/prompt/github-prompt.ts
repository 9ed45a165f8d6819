import { z } from 'zod'
import { vendors } from '../models/github-vendors.ts'
import { modelIdSchema, modelParametersSchema } from '../models/model.ts'
import { githubShape } from './prompt-file.ts'

/** The model that actions/ai-inference uses where a file names none. */
export const githubDefaultModel = 'openai:gpt-4o'

/** GitHub's early files name a model without its vendor. */
const githubModelSchema = z
  .string()
  .transform((text) => {
    if (/[:/]/.test(text)) return text
    const [vendor] = Object.entries(vendors).find(([, names]) => names.test(text)) ?? []
    return vendor === undefined ? text : `${vendor}:${text}`
  })
  .pipe(modelIdSchema)

/** Parameters of GitHub's files also as the API spells them: `max_tokens`, `max_completion_tokens`, `top_p`. */
const githubParametersSchema = z.preprocess((value) => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  const known = (name: string) => Object.hasOwn(modelParametersSchema.shape, name)
  const entries = Object.entries(value).map(([name, setting]) => {
    const ours = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    return [known(ours) && !Object.hasOwn(value, ours) ? ours : name, setting]
  })
  return Object.fromEntries(entries)
}, modelParametersSchema)

/** GitHub's own `.prompt.yml`. */
export const githubPromptSchema = z.strictObject({
  ...githubShape,
  model: githubModelSchema.exactOptional(),
  modelParameters: githubParametersSchema.exactOptional(),
})
