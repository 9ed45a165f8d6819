import { formatAmount, formatChange } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { directionOf } from '../../verdict/score-change.ts'

const height = 144
/** A picture has no more columns than a wide screen; of more cases each column shows the one that changed most. */
const mostColumns = 2000

/** The change of every case, the largest drop first. `changes` is sorted. Undefined without a pair. */
export function differencePicture(changes: readonly number[]): Html | undefined {
  const columns = sampled(changes)
  if (columns.length === 0) return undefined
  const most = columns.reduce((max, change) => Math.max(max, change), 0.01)
  const least = columns.reduce((min, change) => Math.min(min, change), -0.01)
  const zero = (200 * most) / (most - least)
  const place = (change: number) => (((most - change) / (most - least)) * 200).toFixed(1)
  const gap = columns.length > 150 ? 0 : 0.18
  const bars = (wanted: 'lower' | 'higher') =>
    columns
      .map((change, index) => {
        if (directionOf(change) !== wanted) return ''
        return `M${index + gap / 2} ${place(0)}V${place(change)}H${index + 1 - gap / 2}V${place(0)}z`
      })
      .join('')
  const down = changes.filter((change) => directionOf(change) === 'lower').length
  const up = changes.filter((change) => directionOf(change) === 'higher').length
  const label = `${formatAmount(down, 'case')} lower, ${up} higher, ${changes.length - down - up} unchanged; from ${formatChange(changes[0] ?? null)} to ${formatChange(changes.at(-1) ?? null)}.`
  return html`<div class="differences">
    <svg class="picture" width="100%" height="${height}" viewBox="0 0 ${columns.length} 200" preserveAspectRatio="none" role="img" aria-label="${label}">
      <path class="lower" d="${bars('lower')}"/>
      <path class="higher" d="${bars('higher')}"/>
      <line class="zero" x1="0" x2="${columns.length}" y1="${zero.toFixed(1)}" y2="${zero.toFixed(1)}"/>
    </svg>
    <svg class="picture scale" width="40" height="${height}" aria-hidden="true">${[most, 0, least].filter((value) => value === 0 || Math.abs(value) > 0.01).map((value) => html`<text x="4" y="${Number(place(value)) * (height / 200) + 4}">${value === 0 ? '0' : formatChange(value)}</text>`)}</svg>
    <p class="under"><span>${formatAmount(down, 'case')} lower</span><span>${changes.length - down - up} unchanged</span><span>${up} higher</span></p>
  </div>`
}

function sampled(changes: readonly number[]): readonly number[] {
  if (changes.length <= mostColumns) return changes
  const start = (column: number) => Math.floor((column / mostColumns) * changes.length)
  return Array.from({ length: mostColumns }, (_, column) => {
    // They are sorted, so the ends of a column are its extremes.
    const [first, last] = [changes[start(column)] ?? 0, changes[start(column + 1) - 1] ?? 0]
    return Math.abs(first) > Math.abs(last) ? first : last
  })
}
