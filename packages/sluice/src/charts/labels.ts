import { displayWidth, truncate } from '../text/layout.ts'
import type { ChartScale } from './scale.ts'
import type { Tick } from './ticks.ts'

/** Pixels that a text of a picture takes at most, at its size of 11 px; a wide letter of a sans-serif takes less. */
export function textWidth(text: string): number {
  return Math.ceil(displayWidth(text) * 6.6)
}

/** A text that is no wider than this, cut where it would be. */
export function cutTo(text: string, width: number): string {
  return truncate(text, Math.floor(width / 6.6))
}

/** Pixels from one line of text to the next. */
export const rowHeight = 16
const between = 8

export interface PlacedTick extends Tick {
  share: number
  anchor: 'start' | 'middle' | 'end'
}

/** The ticks of an axis from left to right, every so many of them, such that no label touches another at this width. */
export function ticksThatFit({ ticks, place }: ChartScale, width: number): PlacedTick[] {
  const all = ticks.map((tick) => placedTick(tick, place(tick.value), width))
  for (let every = 1; every < all.length; every += 1) {
    const kept = all.filter((_, index) => index % every === 0)
    if (kept.every((tick, index) => fits(tick, kept[index - 1], width))) return kept
  }
  return all.slice(0, 1)
}

/** The ticks of a vertical scale, every so many of them, such that no label touches another at this height. */
export function heightTicks({ ticks, place }: ChartScale, height: number): readonly Tick[] {
  for (let every = 1; every < ticks.length; every += 1) {
    const kept = ticks.filter((_, index) => index % every === 0)
    const gaps = kept.slice(1).map(({ value }, index) => place(value) - place(kept[index]?.value ?? value))
    if (gaps.every((gap) => gap * height >= 14)) return kept
  }
  return ticks.slice(0, 1)
}

/** A label at an end of the axis would leave the picture, and stands inside of it. */
function placedTick(tick: Tick, share: number, width: number): PlacedTick {
  const half = textWidth(tick.label) / 2
  const anchor = share * width < half - 20 ? 'start' : (1 - share) * width < half - 8 ? 'end' : 'middle'
  return { ...tick, share, anchor }
}

function fits(tick: PlacedTick, before: PlacedTick | undefined, width: number): boolean {
  return before === undefined || spanOf(before, width)[1] + between <= spanOf(tick, width)[0]
}

function spanOf({ label, share, anchor }: PlacedTick, width: number): [from: number, to: number] {
  const [at, size] = [share * width, textWidth(label)]
  const from = anchor === 'start' ? at : anchor === 'end' ? at - size : at - size / 2
  return [from, from + size]
}

export interface PlacedLabel {
  /** The line of text, 0 the lowest. */
  row: number
  anchor: 'start' | 'end'
  /** A line goes through a label, its own through one of before or one of before through its own. */
  crosses: boolean
}

/** A label in its row, and the place of its line. */
interface Standing extends Omit<PlacedLabel, 'crosses'> {
  at: number
  from: number
  to: number
}

/**
 * Labels of events beside their lines, in as many rows as are needed and allowed; the first find a place first. A line
 * goes down from the row of its label through all rows below, and where it can be it crosses no label there. Undefined
 * for those that find no room: they stand in the table alone, and their lines begin below all labels.
 */
export function placedLabels(
  events: readonly { share: number; label: string }[],
  width: number,
  mostRows: number,
): (PlacedLabel | undefined)[] {
  const placed: Standing[] = []
  return events.map(({ share, label }) => {
    const [at, size] = [share * width, textWidth(label) + 4]
    const anchors = (['start', 'end'] as const).filter((anchor) =>
      anchor === 'start' ? at + size <= width + 8 : at - size >= -8,
    )
    const free = Array.from({ length: mostRows }, (_, row) =>
      anchors.map((anchor): Standing => {
        const [from, to] = anchor === 'start' ? [at, at + size] : [at - size, at]
        return { row, anchor, at, from, to }
      }),
    )
      .flat()
      .filter((one) => !placed.some((other) => one.row === other.row && overlap(one, other)))
    const isCrossed = (one: Standing) => placed.some((other) => crosses(one, other))
    const found = free.find((one) => !isCrossed(one)) ?? free[0]
    if (!found) return undefined
    const place = { row: found.row, anchor: found.anchor, crosses: isCrossed(found) }
    placed.push(found)
    return place
  })
}

function overlap(one: Standing, other: Standing): boolean {
  return one.from < other.to + between && one.to + between > other.from
}

/** Whether the line of one of them goes through the label of the other. */
function crosses(one: Standing, other: Standing): boolean {
  const [lower, higher] = one.row < other.row ? [one, other] : [other, one]
  return lower.from < higher.at && higher.at < lower.to
}

/** Names in rows from left to right, none wider than the width: the row and the left edge of each, in pixels. */
export function legendPlaces(names: readonly string[], width: number): { row: number; x: number }[] {
  let [row, x] = [0, 0]
  return names.map((name) => {
    const size = textWidth(name) + 30
    if (x > 0 && x + size > width) [row, x] = [row + 1, 0]
    const place = { row, x }
    x += size
    return place
  })
}
