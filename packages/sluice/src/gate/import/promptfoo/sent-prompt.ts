import type { ImportedCase, ImportedFeature } from '../imported.ts'
import { type FeatureSite, promptFeature } from './config.ts'
import { chatOf } from './messages.ts'
import type { FooPrompt } from './prompts.ts'
import type { FooResult } from './result-rows.ts'
import type { FooTest } from './tests.ts'

export interface AskedRow {
  row: FooResult
  /** The place of its test. */
  test: number
  prompt: FooPrompt
  /** Whether the template is not kept, so that all that is known is the prompt that was sent. */
  isSent: boolean
}

interface SentFeatures {
  features: ImportedFeature[]
  /** Those that answer what the cases ask. */
  rows: AskedRow[]
}

/** Rows without their template, as lines have them: each case is asked with the text that was sent. */
export function sentFeatures(own: readonly AskedRow[], name: string, site: FeatureSite): SentFeatures {
  const { ledger } = site
  const sent = new Map<number, string>()
  for (const { test, prompt } of own) if (!sent.has(test)) sent.set(test, prompt.raw)
  const rows = own.filter(({ test, prompt }) => sent.get(test) === prompt.raw)
  const note = (what: string, outcome: 'approximated' | 'dropped', text: string, count = 1) =>
    ledger.add({ kind: 'field', name: what, outcome, note: text, place: name.slice(0, 60) }, count)
  note(
    'prompt as it was sent',
    'approximated',
    'the file keeps no template; import the configuration, or results as JSON, to change the prompt here',
  )
  if (rows.length < own.length)
    note(
      'answer',
      'dropped',
      'its test was sent with other texts too, e.g. of a conversation',
      own.length - rows.length,
    )
  const { raw, varsOf } = templateOf([...sent.values()], site.tests)
  const tests = [...sent].map(([place, text]): FooTest => {
    const test = site.tests[place] as FooTest
    const vars = varsOf(text)
    return vars === undefined
      ? { ...test, fault: 'its messages are not those of the others' }
      : { ...test, vars: { ...test.vars, ...vars } }
  })
  const cases = [...sent.keys()].map((place) => site.cases[place] as ImportedCase)
  return { features: promptFeature({ label: name, raw }, name, { ...site, tests, cases }), rows }
}

/** A prompt of variables alone: one for the text, or one for each message of a chat. */
function templateOf(texts: readonly string[], tests: readonly FooTest[]) {
  const prefix = tests.some(({ vars }) => 'prompt' in vars || 'prompt_1' in vars) ? 'sent_prompt' : 'prompt'
  const first = chatOf(texts[0] ?? '')
  if (first === undefined)
    return { raw: `{{${prefix}}}`, varsOf: (text: string): Record<string, string> | undefined => ({ [prefix]: text }) }
  const roles = first.map(({ role }) => role)
  return {
    raw: JSON.stringify(roles.map((role, index) => ({ role, content: `{{${prefix}_${index + 1}}}` }))),
    varsOf: (text: string): Record<string, string> | undefined => {
      const chat = chatOf(text)
      if (chat?.map(({ role }) => role).join() !== roles.join()) return undefined
      return Object.fromEntries(chat.map(({ content }, index) => [`${prefix}_${index + 1}`, content]))
    },
  }
}
