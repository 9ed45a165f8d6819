import { formatAmount, formatCount } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { type DiffBudget, diffWords, type WordDiff } from '../../../text/word-diff.ts'

/**
 * How much a part of a page still has room for, in characters of its markup: texts of others may be of any length. What
 * is folded has a room of its own, so that it takes nothing from what is seen at once.
 */
export interface Room {
  shown: number
  folded: number
  /** Changes for which there was no room. */
  left: number
}

/** Unchanged text beside a change, in characters; less than is worth folding is shown. */
const context = 250
const leastFolded = 400
const nearLine = 120
/** So much of what one side alone has is seen at once; and about so much stands in one row. */
const longestChange = 2000
const longestValue = 600
/** A folded text is cut after a multiple of this. */
const foldedStep = 500

/** What of two texts is the same, and what each has alone. */
type Part = { same: string } | { before: string; after: string }
/** Parts that are seen at once, or a text that is folded. */
type Piece = { parts: Part[] } | { folded: string; whose: keyof typeof foldedWords }

/** What stands around a text, in characters of markup. */
const around = 300

/**
 * Two texts side by side where they differ, with some context; the rest is folded. Undefined: there is no such text.
 */
export function textChanges(
  { before, after }: { before: string | undefined; after: string | undefined },
  { room, budget }: { room: Room; budget: DiffBudget },
): Html {
  const parts =
    before !== undefined && after !== undefined
      ? partsOf({ before, after }, diffWords(before, after, budget))
      : [{ before: before ?? '', after: after ?? '' }]
  const sides = { before: before !== undefined, after: after !== undefined }
  const pieces = piecesOf(parts)
  room.shown -= around
  const shown: Html[] = []
  for (const piece of pieces) {
    if (room.shown <= 0) break
    room.shown -= around
    shown.push('parts' in piece ? besidePart(piece.parts, sides, room) : foldedPart(piece, room))
  }
  return html`${shown}${leftOut(pieces.slice(shown.length).filter(isChange).length, 'more place', room)}`
}

/** Counts changes for which there is no room, and says so at their place. */
export function leftOut(count: number, what: string, room: Room): Html | undefined {
  room.left += count
  if (count === 0) return undefined
  return html`<p class="note">… and ${formatAmount(count, what)} that ${count === 1 ? 'differs' : 'differ'}, for which this page has no room</p>`
}

/** A value on one side, folded from some length on. */
export function longValue(text: string, room: Room): Html {
  const { head, rest } = cut(text, longestValue)
  return html`<code>${seen(head, room)}</code>${rest === '' ? undefined : foldedPart({ folded: rest, whose: 'value' }, room)}`
}

function partsOf({ before, after }: { before: string; after: string }, { removed, added }: WordDiff): Part[] {
  const parts: Part[] = []
  let [a, b] = [0, 0]
  for (;;) {
    const [gone, come] = [removed.find(({ end }) => end > a), added.find(({ end }) => end > b)]
    const same = Math.min((gone?.start ?? before.length) - a, (come?.start ?? after.length) - b)
    if (same > 0) parts.push({ same: before.slice(a, a + same) })
    const [fromA, fromB] = [a + same, b + same]
    a = gone?.start === fromA ? gone.end : fromA
    b = come?.start === fromB ? come.end : fromB
    if (a === fromA && b === fromB) return parts
    parts.push({ before: before.slice(fromA, a), after: after.slice(fromB, b) })
  }
}

function piecesOf(parts: readonly Part[]): Piece[] {
  const pieces: Piece[] = []
  let shown: Part[] = []
  const flush = (...folded: Piece[]) => {
    if (shown.length > 0) pieces.push({ parts: shown })
    shown = []
    pieces.push(...folded)
  }
  for (const [index, part] of parts.entries()) {
    if ('same' in part) {
      const { same } = part
      const start = index === 0 ? 0 : context
      const end = index === parts.length - 1 ? same.length : same.length - context
      if (end - start < leastFolded) {
        shown.push(part)
        if (lengthOf(shown) > longestChange) flush()
        continue
      }
      const { head, rest } = cut(same, lineNear(same, start))
      const { head: middle, rest: tail } = cut(rest, lineNear(rest, end - head.length))
      if (head !== '') shown.push({ same: head })
      flush({ folded: middle, whose: 'same' })
      if (tail !== '') shown.push({ same: tail })
      continue
    }
    const [before, after] = [cut(part.before, longestChange), cut(part.after, longestChange)]
    shown.push({ before: before.head, after: after.head })
    const rests = [
      { folded: before.rest, whose: 'before' as const },
      { folded: after.rest, whose: 'after' as const },
    ]
    const notEmpty = rests.filter(({ folded }) => folded !== '')
    if (notEmpty.length > 0 || lengthOf(shown) > longestChange) flush(...notEmpty)
  }
  flush()
  return pieces
}

function isChange(piece: Piece): boolean {
  return 'parts' in piece ? piece.parts.some((part) => !('same' in part)) : piece.whose !== 'same'
}

function lengthOf(parts: readonly Part[]): number {
  const each = parts.map((part) =>
    'same' in part ? part.same.length : Math.max(part.before.length, part.after.length),
  )
  return each.reduce((sum, length) => sum + length, 0)
}

function besidePart(parts: readonly Part[], sides: { before: boolean; after: boolean }, room: Room): Html {
  const side = (of: 'before' | 'after') =>
    parts.map((part) => {
      if ('same' in part) return seen(part.same, room)
      const text = seen(part[of], room)
      return part[of] === '' ? undefined : of === 'before' ? html`<del>${text}</del>` : html`<ins>${text}</ins>`
    })
  return html`<div class="beside">${sides.before ? html`<pre tabindex="0" aria-label="Before">${side('before')}</pre>` : undefined}${
    sides.after ? html`<pre tabindex="0" aria-label="After">${side('after')}</pre>` : undefined
  }</div>`
}

const foldedWords = {
  value: 'more characters',
  same: 'more characters, the same in both',
  before: 'more characters that only the one before had',
  after: 'more characters that only the other one has',
}

/** Folded as much as there is room for, with how much is left out. */
function foldedPart(piece: Extract<Piece, { folded: string }>, room: Room): Html {
  const { folded, whose } = piece
  const { shown, rest } = within(folded, room)
  const left = formatCount(rest.length)
  if (rest !== '' && isChange(piece)) room.left += 1
  return html`<details class="folded"><summary>${formatCount(folded.length)} ${foldedWords[whose]}${
    rest === '' ? undefined : `: ${left} of them are left out`
  }</summary><pre tabindex="0">${shown}${rest === '' ? undefined : html`<i>… ${left} more characters are left out here</i>`}</pre></details>`
}

function seen(text: string, room: Room): Html {
  const shown = html`${text}`
  room.shown -= shown.markup.length
  return shown
}

/** So much of a folded text as there is room for, and the rest. */
function within(text: string, room: Room): { shown: Html[]; rest: string } {
  const shown: Html[] = []
  let rest = text
  while (rest !== '') {
    const next = cut(rest, foldedStep)
    const part = html`${next.head}`
    if (part.markup.length > room.folded) break
    room.folded -= part.markup.length
    shown.push(part)
    rest = next.rest
  }
  return { shown, rest }
}

/** Where the next line begins, if that is near. */
function lineNear(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return at > 0 && end !== -1 && end - at < nearLine ? end + 1 : at
}

/** Cuts no character in two. */
function cut(text: string, at: number): { head: string; rest: string } {
  const isWithin = /[\ud800-\udbff]/.test(text.charAt(at - 1)) && /[\udc00-\udfff]/.test(text.charAt(at))
  const place = isWithin ? at - 1 : at
  return { head: text.slice(0, place), rest: text.slice(place) }
}
