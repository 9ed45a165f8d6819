import type { Message } from '../../../core/suite/models/model.ts'
import { isObject } from '../../../json.ts'
import { parseData } from '../file-data.ts'
import { escapeBackslashes } from '../literal.ts'
import { renderTemplate } from './render-template.ts'
import type { TemplateVars } from './template-expression.ts'
import { plainNames, UnsupportedTemplateError } from './template-tokens.ts'

/** The messages of a prompt, and for each case the variables that they need, or why the case cannot be asked. */
export interface TranslatedPrompt {
  messages: Message[]
  cases: ({ vars: Record<string, unknown> } | { fault: string })[]
  /** Whether loops, filters and the like were rendered for each case. */
  isRendered: boolean
}

/**
 * A prompt's template as messages. Plain variables stay. A message with more than them is rendered for each case, and
 * becomes a variable of its own.
 * @throws UnsupportedTemplateError where no case can be asked, with the reason
 */
export function translatePrompt(raw: string, cases: readonly TemplateVars[]): TranslatedPrompt {
  const chat = chatOf(raw)
  if (chat === undefined && /^\s*\[\s*[{%]/.test(raw) && raw.includes('role')) return renderedChat(raw, cases)
  const messages = chat ?? [{ role: 'user' as const, content: raw }]
  const names = messages.map((_, index) => (index === 0 ? 'rendered' : `rendered_${index + 1}`))
  const isPlain = messages.map(({ content }) => plainNames(content) !== undefined)
  const results = cases.map((vars) =>
    attempt(() => {
      const own = messages.flatMap(({ content }, index) =>
        isPlain[index] ? [] : [[names[index] ?? '', renderTemplate(content, vars)] as const],
      )
      return { vars: { ...vars, ...Object.fromEntries(own) } }
    }),
  )
  refuseIfAll(results)
  return {
    messages: messages.map((message, index) =>
      isPlain[index]
        ? { ...message, content: escapeBackslashes(message.content) }
        : { ...message, content: `{{${names[index]}}}` },
    ),
    cases: results,
    isRendered: isPlain.includes(false),
  }
}

/** A chat whose JSON is there only once it is rendered, such as one with a loop over messages. */
function renderedChat(raw: string, cases: readonly TemplateVars[]): TranslatedPrompt {
  const chats = cases.map((vars) =>
    attempt(() => {
      const chat = chatOf(renderTemplate(raw, vars))
      if (chat === undefined) throw new UnsupportedTemplateError('the rendered prompt is no list of messages')
      return { vars, chat }
    }),
  )
  refuseIfAll(chats)
  const first = chats.find((each) => 'chat' in each)
  const messages = 'chat' in (first ?? {}) ? (first as { chat: Message[] }).chat : []
  const roles = messages.map(({ role }) => role).join()
  return {
    messages: messages.map(({ role }, index) => ({ role, content: `{{message_${index + 1}}}` })),
    cases: chats.map((each) => {
      if (!('chat' in each)) return each
      if (each.chat.map(({ role }) => role).join() !== roles)
        return { fault: 'its messages are not those of the others' }
      const own = each.chat.map(({ content }, index) => [`message_${index + 1}`, content] as const)
      return { vars: { ...each.vars, ...Object.fromEntries(own) } }
    }),
    isRendered: true,
  }
}

function attempt<Result>(work: () => Result): Result | { fault: string } {
  try {
    return work()
  } catch (error) {
    if (error instanceof UnsupportedTemplateError) return { fault: error.message }
    throw error
  }
}

function refuseIfAll(results: readonly object[]): void {
  const faults = results.flatMap((each) => ('fault' in each ? [String(each.fault)] : []))
  if (faults.length > 0 && faults.length === results.length) throw new UnsupportedTemplateError(faults[0])
}

/** The messages that a JSON or YAML text holds; undefined for any other text. */
export function chatOf(raw: string): Message[] | undefined {
  const data = dataOf(raw)
  const list = isObject(data) ? data.messages : data
  if (!Array.isArray(list) || list.length === 0) return undefined
  if (!list.every((each) => isObject(each) && typeof each.role === 'string' && 'content' in each)) return undefined
  return list.map(({ role, content }: Record<string, unknown>) => {
    const known = role === 'developer' ? 'system' : role
    if (known !== 'system' && known !== 'user' && known !== 'assistant')
      throw new UnsupportedTemplateError(`a message of the role ${String(role)}`)
    return { role: known, content: textOf(content) }
  })
}

function dataOf(raw: string): unknown {
  try {
    if (/^\s*[[{]/.test(raw)) return JSON.parse(raw)
    return /^\s*-\s+role:/.test(raw) ? parseData(raw, 'prompt.yaml') : undefined
  } catch {
    return undefined
  }
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  const parts: unknown[] = Array.isArray(content) ? content : [content]
  const texts = parts.map((part) => {
    if (isObject(part) && typeof part.text === 'string') return part.text
    const type = isObject(part) ? String(part.type ?? 'of an unknown kind') : typeof part
    throw new UnsupportedTemplateError(`a part of a message that is no text (${type})`)
  })
  return texts.join('\n')
}
