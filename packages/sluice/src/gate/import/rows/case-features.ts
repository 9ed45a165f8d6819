import type { Message } from '../../../core/suite/models/model.ts'
import { isObject, setOwn } from '../../../json.ts'
import type { FidelityLedger } from '../fidelity.ts'
import type { Data } from '../file-data.ts'
import type { ImportedCase, ImportedFeature } from '../imported.ts'
import { escapeBraces } from '../literal.ts'
import { type RowCase, textOfValue } from './row-fields.ts'

interface RowSite {
  name: string
  ledger: FidelityLedger
  /** Whether the judge is asked if the output agrees with the reference, where a case has no other check. */
  asksReference: boolean
}

/** The rows as features: those whose input is a chat by the roles of its messages, all others together. */
export function featuresOfRows(rows: readonly RowCase[], { name, ledger, asksReference }: RowSite): ImportedFeature[] {
  const asked = asksReference ? withReferenceQuestion(rows, ledger) : rows
  const groups = new Map<string, Placed[]>()
  for (const row of asked) {
    const placed = placedInput(row)
    if ('fault' in placed) {
      const { place } = row
      ledger.add({ kind: 'field', name: 'case', outcome: 'dropped', note: placed.fault, place })
      continue
    }
    if (Object.hasOwn(placed.vars, '__proto__')) {
      Reflect.deleteProperty(placed.vars, '__proto__')
      ledger.add({
        kind: 'field',
        name: 'variable __proto__',
        outcome: 'dropped',
        note: 'no name of a variable',
        place: row.place,
      })
    }
    if (placed.names > 0)
      ledger.add(
        { kind: 'field', name: 'message.name', outcome: 'dropped', note: 'messages have no names', place: row.place },
        placed.names,
      )
    const key = placed.messages.map(({ role }) => role).join()
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [placed])
    else group.push(placed)
  }
  joinSingleMessages(groups)
  const features = [...groups.values()].map((group) => ({ name, ...featureOf(group) }))
  if (groups.size > 1)
    ledger.add({
      kind: 'field',
      name: 'messages',
      outcome: 'approximated',
      note: `cases differ in the roles of their messages: ${groups.size} features, one for each order of roles`,
      place: asked[0]?.place ?? '',
    })
  return features
}

/** Where some inputs are texts, one message of the user is a text like them. */
function joinSingleMessages(groups: Map<string, Placed[]>): void {
  const [texts, single] = [groups.get(''), groups.get('user')]
  if (texts === undefined || single === undefined) return
  for (const { messages, ...placed } of single) {
    setOwn(placed.vars, 'input', messages[0]?.content ?? '')
    texts.push({ ...placed, messages: [] })
  }
  groups.delete('user')
}

interface Placed {
  row: RowCase
  /** Empty where the input is no chat. */
  messages: Message[]
  vars: Data
  names: number
}

function placedInput(row: RowCase): Placed | { fault: string } {
  const { input } = row
  const vars: Data = {}
  for (const [name, value] of Object.entries(row.vars)) setOwn(vars, name, value)
  if (Array.isArray(input) && isChat(input)) return chatInput(row, input, vars)
  if (isObject(input)) {
    const { messages, ...others } = input
    for (const [name, value] of Object.entries(others)) setOwn(vars, name, value)
    if (Array.isArray(messages) && isChat(messages)) return chatInput(row, messages, vars)
    if (messages !== undefined) setOwn(vars, 'messages', messages)
  } else if (input !== undefined) setOwn(vars, 'input', input)
  if (Object.keys(vars).length === 0) return { fault: 'it has no input' }
  return { row, messages: [], vars, names: 0 }
}

function isChat(list: readonly unknown[]): list is Data[] {
  return list.length > 0 && list.every((each) => isObject(each) && typeof each.role === 'string' && 'content' in each)
}

function chatInput(row: RowCase, list: readonly Data[], vars: Data): Placed | { fault: string } {
  const messages: Message[] = []
  for (const { role: given, content } of list) {
    const role = given === 'developer' ? 'system' : given === 'model' ? 'assistant' : given
    if (role !== 'system' && role !== 'user' && role !== 'assistant')
      return { fault: `it has a message of the role ${String(given)}` }
    const text = messageText(content)
    if (text === undefined) return { fault: 'a message has a part that is no text' }
    messages.push({ role, content: text })
  }
  return { row, messages, vars, names: list.filter(({ name }) => typeof name === 'string').length }
}

/** The text of a message's content; undefined where a part of it is no text. */
export function messageText(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  const parts: unknown[] = Array.isArray(content) ? content : [content]
  const texts = parts.map((part) =>
    typeof part === 'string' ? part : isObject(part) && typeof part.text === 'string' ? part.text : undefined,
  )
  return texts.includes(undefined) ? undefined : texts.join('\n')
}

/** A message that all cases have alike stands in the prompt, any other is a variable. */
function featureOf(group: readonly Placed[]): Pick<ImportedFeature, 'messages' | 'cases'> {
  const [first] = group
  if (first === undefined || first.messages.length === 0)
    return { cases: group.map(({ row, vars }) => caseOf(row, vars)) }
  const names = variableNames(first.messages)
  const isFixed = first.messages.map(
    ({ content }, index) => group.length > 1 && group.every(({ messages }) => messages[index]?.content === content),
  )
  const messages = first.messages.map(({ role, content }, index) => ({
    role,
    content: isFixed[index] ? escapeBraces(content) : `{{${names[index]}}}`,
  }))
  const cases = group.map(({ row, vars, messages: own }) => {
    for (const [index, { content }] of own.entries()) if (!isFixed[index]) setOwn(vars, names[index] ?? '', content)
    return caseOf(row, vars)
  })
  return { messages, cases }
}

/** `input` for the only message of the user, else the roles with a number. */
function variableNames(messages: readonly Message[]): string[] {
  const counts = new Map<string, number>()
  const ofUser = messages.filter(({ role }) => role === 'user').length
  return messages.map(({ role }) => {
    if (role === 'user' && ofUser === 1) return 'input'
    const count = (counts.get(role) ?? 0) + 1
    counts.set(role, count)
    return count === 1 ? `${role}_message` : `${role}_message_${count}`
  })
}

function caseOf({ input: _, place: __, ...item }: RowCase, vars: Data): ImportedCase {
  return { ...item, vars }
}

const referenceQuestion = 'Does the output say the same as the expected answer, with no fact missing, added or changed?'

/** A data set without graders says what is right and not how it is found out: the judge is asked. */
function withReferenceQuestion(rows: readonly RowCase[], ledger: FidelityLedger): RowCase[] {
  const isAsked = ({ expected, checks, rubric }: RowCase) =>
    expected !== undefined && textOfValue(expected).trim() !== '' && checks.length + rubric.length === 0
  const asked = rows.filter(isAsked)
  if (asked.length === 0) return [...rows]
  ledger.add(
    {
      kind: 'field',
      name: 'grader',
      outcome: 'approximated',
      note: 'nothing else scores it: the judge is asked whether the output agrees with the reference; put checks in its place where you can',
      place: asked[0]?.place ?? '',
    },
    asked.length,
  )
  return rows.map((row) =>
    isAsked(row) ? { ...row, rubric: [{ id: 'agrees-with-reference', ask: referenceQuestion }] } : row,
  )
}
