import type { Verdict } from '../../../records/verdict.ts'
import { wrap } from '../../../text/layout.ts'
import { visibleLine } from '../../../text/untrusted.ts'
import type { Paint } from './ansi.ts'

/** How wide a page is and how its words are painted. */
export interface Page {
  width: number
  paint: Paint
}

/** A name and what there is to say about it; a fact without text is left out. */
export type Fact = readonly [name: string, text: string | undefined]

const nameWidth = 11

export function facts(all: readonly Fact[], { width, paint }: Page): string[] {
  return all.flatMap(([name, text]) => {
    if (text === undefined) return []
    const lines = wrap(visibleLine(text), width - nameWidth - 2)
    return lines.map((line, index) => `  ${paint.dim((index === 0 ? name : '').padEnd(nameWidth))}${line}`)
  })
}

export function bullets(texts: readonly string[], { width }: Page): string[] {
  return texts.flatMap((text) => indented(text, '  - ', width))
}

/** Text under a first line that starts with `lead`; all further lines are indented as far. */
export function indented(text: string, lead: string, width: number): string[] {
  return wrap(visibleLine(text), width - lead.length).map(
    (line, index) => (index === 0 ? lead : ' '.repeat(lead.length)) + line,
  )
}

/** Paints `start` where the first line begins with it. */
export function paintStart(lines: readonly string[], start: string, paint: (text: string) => string): string[] {
  const [first = '', ...rest] = lines
  return first.startsWith(start) ? [paint(start) + first.slice(start.length), ...rest] : [...lines]
}

export function verdictPaint(verdict: Verdict | null, paint: Paint): (text: string) => string {
  if (verdict === null) return paint.cyan
  return { pass: paint.green, fail: paint.red, inconclusive: paint.yellow }[verdict]
}
