import { closingBracket } from '../../suite/json/closing-bracket.ts'
import { scanJson } from '../../suite/json/json-scan.ts'
import { quoted } from '../checks/quoted.ts'
import { JudgeError } from './judge-error.ts'

export interface ObjectWanted {
  /** The keys of an answer. The first tells it from any other object. */
  keys: readonly [string, ...string[]]
  /** All texts that the judge was shown and might quote. */
  material: readonly string[]
}

const cure = 'choose a judge that answers with JSON alone, best one whose server holds it to a JSON Schema'
const mostTries = 200

/**
 * The one object with the key in a judge's answer: alone, in a code fence, after a block of thinking, or amid prose.
 * What stands amid prose may be a quotation, so it only counts where the material holds nothing that looks like an
 * answer, and where nothing else in the text does.
 * @throws JudgeError that names what surrounds the object, and the cure.
 */
export function answerObject(output: string, wanted: ObjectWanted): unknown {
  const text = output.replace(/^\uFEFF/, '').trim()
  if (text === '') throw new JudgeError('the answer is empty')
  const answer = withoutThinking(text)
  const bare = withoutFence(answer)
  const whole = parsed(bare)
  if (whole) return unambiguous(whole.value, bare)
  return amidProse(answer, wanted)
}

const thinking = [
  ...['think', 'thinking', 'thought', 'reasoning'].map((tag) => ({ start: `<${tag}>`, end: `</${tag}>` })),
  { start: '[think]', end: '[/think]' },
  { start: '<seed:think>', end: '</seed:think>' },
  { start: '◁think▷', end: '◁/think▷' },
]

/** Only a block at the very start is the judge's own thinking; a later one might be quoted. */
function withoutThinking(text: string): string {
  const lower = text.toLowerCase()
  const block = thinking.find(({ start }) => lower.startsWith(start))
  if (!block) return text
  const place = lower.indexOf(block.end)
  const answer = place === -1 ? '' : text.slice(place + block.end.length).trim()
  if (answer !== '') return answer
  throw new JudgeError(
    `the answer is nothing but thinking (${block.start}); raise judge.parameters.maxTokens in sluice.yaml, lower reasoningEffort, or ${cure}`,
  )
}

/** Models without structured output put their JSON into a code fence. */
function withoutFence(text: string): string {
  return /^(`{3,}|~{3,})[^\S\n]*(?:[\w.+-]+[^\S\n]*)?\n(.*)\n[^\S\n]*\1$/s.exec(text)?.[2]?.trim() ?? text
}

function amidProse(text: string, { keys, material }: ObjectWanted): unknown {
  const [key] = keys
  const objects = objectsIn(text).filter(({ value }) => Object.hasOwn(value, key))
  const [only, ...others] = objects
  if (!only) throw new JudgeError(`the answer is not JSON with "${key}"; it begins ${quoted(text)}; ${cure}`)
  const rest = text.slice(0, only.start) + text.slice(only.end)
  if (others.length > 0 || mentions(rest, key))
    throw new JudgeError(
      `the answer holds more than one object with "${key}" amid prose, and which of them is the verdict cannot be told; ${cure}`,
    )
  if (material.some((shown) => mentions(shown, key) || namesAll(shown, keys)))
    throw new JudgeError(
      `the answer is prose around an object with "${key}", and the case itself holds "${key}", so that it may be a quotation; ${cure}`,
    )
  return unambiguous(only.value, text.slice(only.start, only.end))
}

/** Refuses an object with a key given twice: JSON.parse takes the last one, but a verdict given twice is none. */
function unambiguous(value: unknown, text: string): unknown {
  const seen = new Set<string>()
  scanJson(text, {
    key(path, key) {
      const place = JSON.stringify([...path, key])
      if (seen.has(place)) throw new JudgeError(`the answer gives ${quoted(key)} twice in one object`)
      seen.add(place)
    },
  })
  return value
}

interface FoundObject {
  value: object
  start: number
  end: number
}

const braces = { open: '{', close: '}' }

/** The outermost JSON objects of a text, in their order. */
function objectsIn(text: string): FoundObject[] {
  const found: FoundObject[] = []
  let end = 0
  let tries = 0
  for (const { index: start } of text.matchAll(/\{(?=\s*")/g)) {
    if (start < end) continue
    tries += 1
    if (tries > mostTries) return []
    const closed = closingBracket(text, start, braces)
    if (closed === undefined) continue
    end = closed
    const value = parsed(text.slice(start, end))?.value
    if (typeof value === 'object' && value !== null) found.push({ value, start, end })
  }
  return found
}

/** Whether a text contains the key as an object does, in any quotation marks and however it is escaped. */
function mentions(text: string, key: string): boolean {
  const plain = text.replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const mark = '["\'`“”‘’]'
  return new RegExp(`${mark}${key}\\\\*${mark}\\s*:`, 'i').test(plain)
}

/** Whether a text contains all keys of an answer, in any notation: a judge that quotes it may put it into JSON. */
function namesAll(text: string, keys: readonly string[]): boolean {
  const plain = text.normalize('NFKC').toLowerCase()
  return keys.every((key) => plain.includes(key))
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}
