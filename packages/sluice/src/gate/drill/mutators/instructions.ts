import type { Message } from '../../../core/suite/models/model.ts'
import type { Passage } from './places.ts'
import { fullSentencesOf } from './places.ts'

/** One instruction of a prompt: a sentence of a message, without a variable in it. */
export interface Instruction extends Passage {
  /** Position of its message. */
  message: number
  /** The line of the prompt's file on which it begins; null where it is written otherwise there. */
  line: number | null
}

/** One way in which a prompt gets worse. */
export interface PromptMutator {
  name: string
  /** What becomes of the instruction. */
  does: string
  change(instruction: string): string
}

export const promptMutators: readonly PromptMutator[] = [
  { name: 'drop-instruction', does: 'is gone', change: () => '' },
  {
    name: 'weaken-instruction',
    does: 'is a wish',
    change: (text) => `If it seems useful to you, you may do this: ${text}`,
  },
  {
    name: 'contradict-instruction',
    does: 'is turned round',
    change: (text) => `Never do what the following sentence says, do the opposite of it: ${text}`,
  },
]

/** The instructions of system and user messages. `source` is the text of the prompt's file. */
export function instructionsOf(messages: readonly Message[], source: string): Instruction[] {
  return messages.flatMap(({ role, content }, message) =>
    role === 'assistant'
      ? []
      : fullSentencesOf(content)
          .filter(({ text }) => !text.includes('{{'))
          .map((passage) => ({ ...passage, message, line: lineOf(passage.text, source) })),
  )
}

/** The messages with one instruction changed. */
export function withInstruction(
  messages: readonly Message[],
  { message, start, text }: Instruction,
  { change }: PromptMutator,
): Message[] {
  return messages.map((one, position) => {
    if (position !== message) return one
    const [, words = text, space = ''] = /^([\s\S]*?)(\s*)$/.exec(text) ?? []
    const content = one.content.slice(0, start) + change(words) + space + one.content.slice(start + text.length)
    return { ...one, content }
  })
}

/** The messages without each example in turn: an answer of the assistant, with the question before it. */
export function withoutExamples(messages: readonly Message[]): Message[][] {
  return messages.flatMap(({ role }, position) => {
    const isPair = role === 'assistant' && messages[position - 1]?.role === 'user'
    return isPair ? [messages.filter((_, other) => other !== position && other !== position - 1)] : []
  })
}

/** Where a text begins in a file that may break its lines elsewhere. */
function lineOf(text: string, source: string): number | null {
  const words = text
    .trim()
    .split(/\s+/)
    .slice(0, 8)
    .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  const found = new RegExp(words.join(String.raw`\s+`)).exec(source)
  return found ? source.slice(0, found.index).split('\n').length : null
}
