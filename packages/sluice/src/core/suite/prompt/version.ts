import { createHash } from 'node:crypto'
import type { PromptInput } from '@sluice/client'
import type { Message, ModelParameters, ResponseFormat } from '../models/model.ts'
import { canonicalJson } from '../values/canonical-json.ts'

/** The content that a version id is made of. Comments, key order, labels and checks are not part of it. */
export interface VersionContent {
  messages: Message[]
  model: string
  parameters: ModelParameters
  format: ResponseFormat
  /** What variables must be: another value of them may be refused. */
  inputs?: Record<string, PromptInput>
}

/** The first 12 hex digits of the SHA-256 of the content's canonical JSON. */
export function versionId({ messages, model, parameters, format, inputs }: VersionContent): string {
  const text = canonicalJson({ messages, model, parameters, format, ...(inputs && { inputs }) })
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
