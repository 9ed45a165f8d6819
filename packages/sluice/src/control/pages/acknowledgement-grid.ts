import { formatCount } from '../../text/format.ts'
import { type Html, html } from '../../text/markup.ts'
import { timeOfDay } from '../words/moments.ts'
import { moment, type StateTone, toned } from './elements.ts'

/** How far an instance is with the last change of a feature. Times in ms since the epoch. */
export interface AcknowledgingInstance {
  instance: string
  /** -1: it has not reported yet; null: the reader may not see all that it has. */
  revision: number | null
  /**
   * `incumbentsOnly`: it lacks the change, but serves no canary. Of those that lack it, `silent` ones report no more.
   */
  standing: 'applied' | 'incumbentsOnly' | 'missing' | 'silent'
  /** Its last report. */
  seenAt: number
  /** From then on it serves no canary unless it reaches the control plane. */
  mayServeUntil: number
}

export interface AcknowledgementGrid {
  /** The revision that the change made. */
  revision: number
  /** When it was made; null: not known. */
  changedAt: number | null
  /** Whether the change took a canary back, so that a straggler may serve it still. */
  takesBack: boolean
  /** It has had more time than an instance should need. */
  isLate: boolean
  /** Those that lack it first; at most as many as are shown. */
  instances: readonly AcknowledgingInstance[]
  counts: Record<AcknowledgingInstance['standing'], number>
  /** A token has as many instances as are kept: there may be more. */
  isCut: boolean
}

/** The order in which one looks: whoever is cut off, whoever lags, and then the others. */
export const standingOrder = ['silent', 'missing', 'incumbentsOnly', 'applied'] as const

/** Which instances have the last change of a feature. */
export function acknowledgementGrid(grid: AcknowledgementGrid): Html {
  const { revision, changedAt, instances, counts, isCut, takesBack } = grid
  const total = standingOrder.reduce((sum, standing) => sum + counts[standing], 0)
  const hidden = total - instances.length
  return html`<div class="acks"><p class="consequence">${summary(grid, total)}</p>
<p class="muted">Revision ${formatCount(revision)}${changedAt === null ? undefined : html`, since ${moment(changedAt)}`}.${counts.silent > 0 ? ` A silent instance has ended, or is cut off: ${takesBack ? 'restart it, or wait until its time is over' : 'restart it'}.` : undefined}${takesBack || total === 0 ? undefined : uncounted}${isCut ? ' There may be more: only a limited number of instances is counted for each token.' : undefined}</p>
${total === 0 ? html`<p class="muted">Each applies it when it connects.</p>` : html`<ul class="grid">${instances.map((one) => item(one, grid))}</ul>`}
${hidden > 0 ? html`<p class="muted">and ${formatCount(hidden)} more, none of them further behind.</p>` : undefined}</div>`
}

/** A canary ends by itself where nobody is heard of, and nothing else does. */
const uncounted =
  ' Instances that have been silent for long are not counted. An instance that cannot reach the control plane serves the earlier version until it connects again.'

function summary({ counts, takesBack, isLate, instances }: AcknowledgementGrid, total: number): Html {
  const { applied, incumbentsOnly, missing, silent } = counts
  if (total === 0) return toned('unknown', 'No instance is connected')
  const lacking = missing + silent
  if (lacking === 0) {
    if (incumbentsOnly === 0)
      return toned('good', total === 1 ? 'The one instance has it' : `All ${formatCount(total)} instances have it`)
    const rest = `the other ${formatCount(incumbentsOnly)} serve no canary`
    return toned('good', `${formatCount(applied)} of ${formatCount(total)} instances have it; ${rest}`)
  }
  const until = instances
    .filter(({ standing }) => standing === 'silent')
    .reduce((latest, { mayServeUntil }) => Math.max(latest, mayServeUntil), 0)
  const what = !takesBack
    ? `${formatCount(lacking)} may serve what was before`
    : `${formatCount(lacking)} may still serve the canary${missing === 0 && until > 0 ? `, until ${timeOfDay(until)} at the latest` : ''}`
  const tone: StateTone = silent > 0 || isLate ? 'bad' : 'watch'
  return toned(tone, `${formatCount(applied)} of ${formatCount(total)} instances have it; ${what}`)
}

function item(one: AcknowledgingInstance, { takesBack, isLate }: AcknowledgementGrid): Html {
  const { instance, revision, standing, seenAt, mayServeUntil } = one
  const [tone, text]: [StateTone, string] = {
    applied: ['good', 'has it'] as [StateTone, string],
    incumbentsOnly: ['good', 'serves no canary'] as [StateTone, string],
    missing: [isLate ? 'bad' : 'watch', takesBack ? 'may still serve the canary' : 'not yet'] as [StateTone, string],
    silent: [
      'bad',
      takesBack ? `silent, may serve the canary until ${timeOfDay(mayServeUntil)}` : 'silent, serves what was before',
    ] as [StateTone, string],
  }[standing]
  const at = revision === null ? '' : revision < 0 ? 'no revision yet, ' : `revision ${formatCount(revision)}, `
  return html`<li class="${tone}"><b>${instance}</b> ${toned(tone, text)} <small>${at}reported ${timeOfDay(seenAt)}</small></li>
`
}
