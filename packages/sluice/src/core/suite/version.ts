import { createHash } from 'node:crypto'
import type { Message, ModelParameters, ResponseFormat } from './model.ts'
import { Written } from './written.ts'

/**
 * JSON with the keys of every object sorted by UTF-16 code unit, without white space: equal values give equal text.
 * Keys whose value is undefined are left out, as JSON does.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object' || value instanceof Written) return value
  const result: Record<string, unknown> = Object.create(null)
  for (const key of Object.keys(value).sort()) result[key] = sorted((value as Record<string, unknown>)[key])
  return result
}

/** What makes a prompt version; comments, key order, labels and checks do not. */
export interface VersionContent {
  messages: Message[]
  model: string
  parameters: ModelParameters
  format: ResponseFormat
}

/** The first 12 hex digits of the SHA-256 of the content's canonical JSON. */
export function versionId({ messages, model, parameters, format }: VersionContent): string {
  const text = canonicalJson({ messages, model, parameters, format })
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
