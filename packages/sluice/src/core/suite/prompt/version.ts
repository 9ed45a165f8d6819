import { createHash } from 'node:crypto'
import type { PromptInput, PromptTool, PromptToolChoice } from '@sluice/client'
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
  tools?: PromptTool[]
  toolChoice?: PromptToolChoice
  maxSteps?: number
}

/** The first 12 hex digits of the SHA-256 of the content's canonical JSON. */
export function versionId({ messages, model, parameters, format, ...optional }: VersionContent): string {
  const { inputs, tools, toolChoice, maxSteps } = optional
  // What a version does not have is left out, so that its id is the one that it had before there was such a key.
  const text = canonicalJson({ messages, model, parameters, format, inputs, tools, toolChoice, maxSteps })
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
