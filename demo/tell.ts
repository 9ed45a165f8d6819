import { AsyncLocalStorage } from 'node:async_hooks'
import { stripVTControlCharacters } from 'node:util'

const width = 118
const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
const paint = (code: number) => (text: string) => (coloured ? `\x1b[${code}m${text}\x1b[0m` : text)

export const bold = paint(1)
export const dim = paint(2)
export const bad = paint(31)
export const good = paint(32)

/** Without `--full` only the story is printed, in about 60 lines. */
const isFull = process.argv.includes('--full')

/** What `--full` prints beside the story. */
export function detail(...lines: string[]): void {
  if (isFull) say(...lines)
}

export function say(...lines: string[]): void {
  const held = chapter.getStore()
  if (held?.waits) held.lines.push(...lines)
  else for (const line of lines) process.stdout.write(`${line}\n`)
}

interface Chapter {
  waits: boolean
  lines: string[]
}
const chapter = new AsyncLocalStorage<Chapter>()

/** A later chapter that is told already: what it says is kept until it is the turn of that. */
export function ahead<T>(tell: () => Promise<T>): { itsTurn(): Promise<T> } {
  const held: Chapter = { waits: true, lines: [] }
  const told = chapter.run(held, tell)
  // Its fault is met in its turn.
  told.catch(() => undefined)
  return {
    itsTurn() {
      held.waits = false
      say(...held.lines)
      return told
    },
  }
}

/** One line of the width of a paragraph, cut off unless `--full` is given. */
export function oneLine(text: string): string {
  return isFull || text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

export function heading(text: string): void {
  say('', bold(text))
}

/** Lines of a patch, which begin with + or -. */
export function showChange(lines: string[]): void {
  detail('')
  for (const line of lines) {
    const print = /^.version:/.test(line) ? detail : say
    print((line.startsWith('+') ? good : bad)(`   ${line}`))
  }
}

/** Lines of another program or a file, moved to the right. */
export function indent(text: string, by = 3): string {
  return text
    .trim()
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(by) + line))
    .join('\n')
}

/** Text broken at spaces; the first line starts with `lead`, the others below its end. */
export function paragraph(text: string, lead = '   '): string {
  const margin = ' '.repeat(stripVTControlCharacters(lead).length)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && margin.length + line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((part, index) => (index === 0 ? lead : margin) + part).join('\n')
}

/** A share in [0,1]. */
export function percent(share: number | null): string {
  return share === null ? 'unknown' : `${Number((100 * share).toFixed(1))} %`
}
