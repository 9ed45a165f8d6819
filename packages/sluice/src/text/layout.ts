/** Setting plain text into columns of a terminal. Widths are columns: a Chinese character takes two, an accent none. */

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u
const narrow = /^[\x20-\x7e]*$/
const invisible = /^[\p{Mn}\p{Me}\p{Cf}]+$/u
/** Made where one is needed first: it takes longer than the rest of a command's start. */
let segmenter: Intl.Segmenter | undefined
function graphemes(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return segmenter.segment(text)
}

export function displayWidth(text: string): number {
  if (narrow.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes(text)) width += wide.test(segment) ? 2 : invisible.test(segment) ? 0 : 1
  return width
}

/** Cut to `width` columns, with an ellipsis where something is missing. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  return `${headOf(text, Math.max(0, width - 1)).trimEnd()}…`
}

/**
 * Lines of at most `width` columns, broken between words, but not between a number and its unit; a longer word is
 * broken where it must be.
 */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(1, width)))
}

/**
 * Lines of which all but the first are set in: what others have written must not begin a line as a sentence of ours
 * does.
 */
export function hanging(text: string, width: number): string[] {
  return wrap(text, width - 2).map((line, index) => (index === 0 ? line : `  ${line}`))
}

const betweenWords = /(?<=\s)(?=\S)/
const unit = /(?:%|ms|s|min|h|d|days?|points?|KB|MB|GB|USD)(?![\p{L}\p{N}])/u
/** Pieces of a line: words, and a number with its unit. */
const betweenPieces = new RegExp(`${betweenWords.source}(?!(?<=\\d )${unit.source})`, 'u')

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const piece of line.split(betweenPieces).flatMap((word) => breakWord(word, width))) {
    if (current !== '' && displayWidth(current + piece.trimEnd()) > width) {
      lines.push(current.trimEnd())
      current = ''
    }
    current += piece
  }
  return [...lines, current.trimEnd()]
}

function breakWord(word: string, width: number): string[] {
  if (displayWidth(word.trimEnd()) <= width) return [word]
  const parts = word.split(betweenWords)
  if (parts.length > 1) return parts.flatMap((part) => breakWord(part, width))
  const pieces: string[] = []
  let rest = word
  while (displayWidth(rest.trimEnd()) > width) {
    const head = headOf(rest, width) || rest.slice(0, 1)
    pieces.push(head)
    rest = rest.slice(head.length)
  }
  return rest === '' ? pieces : [...pieces, rest]
}

function headOf(text: string, width: number): string {
  let used = 0
  let head = ''
  for (const { segment } of graphemes(text)) {
    used += displayWidth(segment)
    if (used > width) break
    head += segment
  }
  return head
}

/** A cell's text, and how to paint it once its width is settled. */
export interface Cell {
  text: string
  paint?: ((text: string) => string) | undefined
  align?: 'left' | 'right'
}

const narrowestColumn = 8

/** Rows in columns two spaces apart. If they are wider than `width`, the widest columns that hold text are cut. */
export function columns(rows: readonly (readonly Cell[])[], width: number): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => displayWidth(row[column]?.text ?? ''))),
  )
  const textual = widths.map((_, column) => rows.some((row) => row[column]?.align !== 'right'))
  for (let excess = widths.reduce((sum, each) => sum + each + 2, -2) - width; excess > 0; excess -= 1) {
    const widest = Math.max(narrowestColumn, ...widths.filter((_, column) => textual[column]))
    const column = widths.findIndex((each, index) => textual[index] && each === widest)
    if (widest === narrowestColumn || column === -1) break
    widths[column] = widest - 1
  }
  const line = (row: readonly Cell[]) => row.map((cell, column) => setCell(cell, widths[column] ?? 0)).join('  ')
  return rows.map((row) => line(row).trimEnd())
}

function setCell({ text, paint, align }: Cell, width: number): string {
  const cut = truncate(text, width)
  const space = ' '.repeat(width - displayWidth(cut))
  const painted = paint && cut !== '' ? paint(cut) : cut
  return align === 'right' ? space + painted : painted + space
}
