import type { ProviderSettings } from './provider-settings.ts'

/** Finds dates in an id: 20251001, 2025-04-14, 09-2025, 05-20; also @20251001. */
const dated = /(?:^|\D)(?:20\d{6}|20\d{2}-\d{2}-\d{2}|\d{2}-20\d{2}|\d{2}-\d{2})(?:\D|$)/
const moving = /(?:^|-)latest$/

/**
 * How to pin a model id that its provider may point at another model tomorrow; undefined when the id is pinned, or
 * nothing can be said. By the vendors' documentation:
 * - Anthropic: ids before Claude 4.6 carry a date and have aliases without one; from 4.6 on the id without a date is
 *   itself the snapshot.
 * - OpenAI: a date (`gpt-4.1-2025-04-14`) or, on older models, four digits (`gpt-4-0613`); fine-tunes are fixed,
 *   and embedding models have one version only.
 * - Google: up to Gemini 2.0 a number (`gemini-2.0-flash-001`), of which the name without it is an alias; from 2.5 on
 *   stable ids have no number and only `-latest`, and `-preview` or `-exp` without a date, move.
 * Recordings and openai-compatible servers are never judged.
 */
export function pinnedForm(kind: ProviderSettings['kind'], model: string): string | undefined {
  if (kind === 'anthropic') return anthropic(model)
  if (kind === 'openai') return openai(model)
  if (kind === 'google') return google(model)
  return undefined
}

function anthropic(model: string): string | undefined {
  if (dated.test(model)) return undefined
  const [, major = '', minor = '0'] = /^claude-[a-z]+-(\d{1,2})(?:-(\d{1,2}))?$/.exec(model) ?? []
  const isSnapshot = major !== '' && Number(major) * 100 + Number(minor) >= 406
  return isSnapshot ? undefined : 'give the id with its date, e.g. claude-opus-4-5-20251101'
}

function openai(model: string): string | undefined {
  if (model.startsWith('text-embedding-')) return undefined
  const pinned = model.startsWith('ft:') || dated.test(model) || /-(?:0[1-9]|1[0-2])\d{2}(?:-|$)/.test(model)
  return pinned && !moving.test(model) ? undefined : 'give the id with its date, e.g. gpt-5.4-mini-2026-03-17'
}

function google(model: string): string | undefined {
  if (moving.test(model)) return 'name the version, e.g. gemini-3.5-flash'
  if (/-\d{3}$/.test(model) || dated.test(model)) return undefined
  if (/-(?:preview|exp|experimental)$/.test(model)) return 'preview models change without notice; use a stable version'
  const [, version] = /^gemini-(\d+(?:\.\d+)?)-/.exec(model) ?? []
  return version !== undefined && Number(version) < 2.5 ? `give its number, e.g. ${model}-001` : undefined
}
