import type { Readable, Writable } from 'node:stream'
import { visibleLine, visibleText } from '../../text/untrusted.ts'
import type { LabelAction, Labelling, LabellingView } from '../labels/labelling.ts'
import { calibrateCommand, givenText } from './words.ts'

/** Keys as a person types them, or as a program pipes them. */
export interface KeyInput extends Readable {
  isTTY?: boolean
  setRawMode?(isRaw: boolean): unknown
}

export interface LabelTerminal {
  feature: string
  labelling: Labelling
  progress: () => readonly string[]
  input: KeyInput
  output: Writable
  /** What empties the screen before each question; empty where nothing should. */
  clear: string
  /** Once aborted, no further key is read. */
  stop: AbortSignal
}

const actions: Record<string, LabelAction> = {
  y: 'yes',
  n: 'no',
  u: 'unclear',
  s: 'skip',
  z: 'undo',
  '\x1b[D': 'back',
  '\x1bOD': 'back',
  '\x1b[C': 'forward',
  '\x1bOC': 'forward',
}

/** `q`, Ctrl-C and Ctrl-D. */
const ends = new Set(['q', '\x03', '\x04'])

const legend = 'y yes   n no   u the rubric does not say   s skip   z undo   ← → move   q end'

/** The same questions and keys as the page, for a terminal. Ends with `q`, Ctrl-C, or with the input. */
export async function labelInTerminal(options: LabelTerminal): Promise<void> {
  const { labelling, input, output, clear, stop } = options
  const show = () => {
    if (clear !== '') output.write(clear)
    output.write(screen(options, labelling.view()))
  }
  input.setRawMode?.(true)
  try {
    show()
    for await (const key of keysOf(input, stop)) {
      if (ends.has(key)) return
      const action = actions[key.length === 1 ? key.toLowerCase() : key]
      if (!action) continue
      const { question, position } = labelling.view()
      const isAnswer = action !== 'undo' && action !== 'back' && action !== 'forward'
      if (isAnswer && !question) {
        // Only more of the same can come from a pipe, and it may have no end.
        if (!input.isTTY) return
        continue
      }
      await labelling.act(action, position)
      show()
    }
  } finally {
    input.setRawMode?.(false)
    input.pause()
  }
}

/** A person's keys that arrive before the next question is shown would answer what was not read: they are dropped. */
async function* keysOf(input: KeyInput, stop: AbortSignal): AsyncGenerator<string> {
  let waiting: string[] = []
  let next = 0
  let isShown = true
  let wake = () => {}
  let isOver = stop.aborted
  const onData = (chunk: unknown) => {
    const keys = String(chunk).match(/\x1b[[O][A-Z]|./gsu) ?? []
    if (input.isTTY) {
      const [first] = keys
      if (first !== undefined && (ends.has(first) || (isShown && next === waiting.length))) waiting.push(first)
    } else {
      waiting = waiting.slice(next).concat(keys)
      next = 0
      // A pipe may hold more than the memory does.
      input.pause()
    }
    wake()
  }
  const onEnd = () => {
    isOver = true
    wake()
  }
  input.setEncoding('utf8')
  input.on('data', onData).on('end', onEnd).on('error', onEnd)
  stop.addEventListener('abort', onEnd)
  try {
    for (;;) {
      const key = waiting[next]
      if (key !== undefined) {
        next += 1
        isShown = false
        yield key
        isShown = true
      } else if (isOver) return
      else {
        const more = new Promise<void>((resolve) => (wake = resolve))
        if (input.isPaused()) input.resume()
        await more
      }
    }
  } finally {
    input.off('data', onData).off('end', onEnd).off('error', onEnd)
    stop.removeEventListener('abort', onEnd)
  }
}

function screen({ feature, progress }: LabelTerminal, view: LabellingView): string {
  const { question, position, questions, given, answered } = view
  const head = [`${feature} · ${answered} of ${questions} answered`, ...progress()]
  if (!question) {
    const next = `Next: commit the folder labels, then ${calibrateCommand(feature)}`
    return `${head.join('\n')}\n\nYou have seen every question.\n${next}\n\n${legend}\n`
  }
  const { ask, item, case: id, parts: about, expected, input } = question
  const parts = [
    ...Object.entries(input).map(([name, text]) => part(`Input ${name}`, text)),
    ...(expected === undefined ? [] : [part('Reference', expected)]),
    ...about.map(({ title, text }) => part(title, text)),
  ]
  const asked = `${position} of ${questions}: ${visibleLine(ask)}\n(${visibleLine(item)} · case ${visibleLine(id)}${given === undefined ? '' : ` · ${givenText(given)}`})`
  return `${head.join('\n')}\n\n${parts.join('\n')}\n${asked}\n\n${legend}\n`
}

function part(title: string, text: string): string {
  const lines = visibleText(text === '' ? '(empty)' : text).split('\n')
  return `${visibleLine(title)}\n${lines.map((line) => `  | ${line}`).join('\n')}\n`
}
