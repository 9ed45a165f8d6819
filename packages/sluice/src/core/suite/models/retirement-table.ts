/** What a provider has said about the end of a model. */
export interface Retirement {
  /** Without the provider. A date at its end may be missing in the id that is looked up, and the other way round. */
  model: string
  /** The day on which it ends, or before which it does not. */
  date: string
  kind: 'retired' | 'not-sooner-than'
  /** What the provider recommends instead, without the provider; null where it names nothing. */
  replacement: string | null
}

/** What one page said on the day it was read. */
export interface RetirementPage {
  provider: 'anthropic' | 'openai' | 'google'
  source: string
  /** The day on which the page said so. */
  read: string
  retirements: readonly Retirement[]
}

const end = (date: string, replacement: string | null, ...models: string[]): Retirement[] =>
  models.map((model) => ({ model, date, kind: 'retired', replacement }))
const promise = (date: string, model: string, replacement: string | null = null): Retirement => ({
  model,
  date,
  kind: 'not-sooner-than',
  replacement,
})

/**
 * Ends of models as the providers' own pages tell them. Only what a page says stands here; a model that is not in the
 * table is unknown, not safe. `retirements` in sluice.yaml adds to it and overrules it.
 */
export const retirementTable: readonly RetirementPage[] = [
  {
    provider: 'anthropic',
    source: 'https://platform.claude.com/docs/en/about-claude/model-deprecations',
    read: '2026-10-10',
    retirements: [
      ...end('2026-01-05', null, 'claude-3-opus-20240229'),
      ...end('2026-02-19', null, 'claude-3-7-sonnet-20250219'),
      ...end('2026-04-20', 'claude-haiku-4-5-20251001', 'claude-3-haiku-20240307'),
      ...end('2026-06-15', 'claude-sonnet-4-6', 'claude-sonnet-4-20250514'),
      ...end('2026-06-15', 'claude-opus-4-8', 'claude-opus-4-20250514'),
      ...end('2026-08-05', null, 'claude-opus-4-1-20250805'),
      ...end('2026-11-30', 'claude-sonnet-5-5', 'claude-sonnet-4-5-20250929'),
      promise('2026-10-15', 'claude-haiku-4-5-20251001', 'claude-haiku-5-5'),
      promise('2026-11-24', 'claude-opus-4-5-20251101'),
      promise('2027-02-17', 'claude-sonnet-4-6'),
      promise('2027-05-28', 'claude-opus-4-8'),
      promise('2027-07-24', 'claude-opus-5'),
      promise('2027-09-01', 'claude-fable-5-1'),
      promise('2027-09-22', 'claude-opus-5-5'),
      promise('2027-09-28', 'claude-sonnet-5-5'),
      promise('2027-10-07', 'claude-haiku-5-5'),
    ],
  },
  {
    provider: 'openai',
    source: 'https://developers.openai.com/api/docs/deprecations',
    read: '2026-10-28',
    retirements: [
      ...end('2026-02-17', 'gpt-5.1-chat-latest', 'chatgpt-4o-latest'),
      ...end('2026-07-23', 'gpt-5.3-chat-latest', 'gpt-5-chat-latest', 'gpt-5.1-chat-latest'),
      ...end('2026-07-23', 'gpt-5.4', 'gpt-5-codex', 'gpt-5.1-codex-max', 'gpt-5.2-codex'),
      ...end('2026-08-10', 'gpt-5.5', 'gpt-5.2-chat-latest', 'gpt-5.3-chat-latest'),
      ...end('2026-10-23', 'gpt-5.6-terra', 'gpt-3.5-turbo', 'gpt-3.5-turbo-0125', 'o4-mini', 'o4-mini-2025-04-16'),
      ...end('2026-10-23', 'gpt-5.6-sol', 'gpt-4', 'gpt-4-0613', 'gpt-4-1106-preview', 'gpt-4-turbo'),
      ...end('2026-10-23', 'gpt-5.6-sol', 'gpt-4o-2024-05-13', 'o1', 'o1-pro', 'o3-mini'),
      ...end('2026-10-23', null, 'gpt-4.1-nano', 'gpt-4.1-nano-2025-04-14'),
      ...end('2026-12-11', 'gpt-5.6-sol', 'gpt-5', 'o3', 'gpt-5-pro', 'o3-pro'),
      ...end('2026-12-11', 'gpt-5.6-terra', 'gpt-5-mini'),
      ...end('2026-12-11', 'gpt-5.6-luna', 'gpt-5-nano'),
      ...end('2027-01-14', 'gpt-6-luna', 'gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'gpt-4.1-mini'),
      ...end('2027-04-01', null, 'gpt-5.1', 'gpt-5.3-codex', 'gpt-5.4-nano'),
    ],
  },
  {
    provider: 'google',
    source: 'https://ai.google.dev/gemini-api/docs/deprecations',
    read: '2026-11-10',
    retirements: [
      ...end('2026-03-09', 'gemini-3.1-pro-preview', 'gemini-3-pro-preview'),
      ...end('2026-06-01', null, 'gemini-2.0-flash', 'gemini-2.0-flash-001'),
      ...end('2026-12-01', 'gemini-3.8-flash', 'gemini-2.5-pro'),
      ...end('2026-12-01', 'gemini-3.5-flash-lite', 'gemini-2.5-flash'),
    ],
  },
]
