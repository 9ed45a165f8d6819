import type { Chart, Panel } from '../../../charts/chart.ts'
import type { ChartEvent } from '../../../charts/events.ts'
import { eValueText, evidenceInWords, evidenceScale } from '../../../charts/evidence-scale.ts'
import { chartFigure } from '../../../charts/numbers-table.ts'
import { timeScale } from '../../../charts/scale.ts'
import type { ChartPoint, Tone } from '../../../charts/series.ts'
import type { Height } from '../../../records/rollout/assessment.ts'
import { formatCount } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { evidenceWords, weakerTogether } from '../../words/figures-text.ts'
import { timeText } from '../../words/moments.ts'
import { moment, notKnown, type StateTone, toned } from '../elements.ts'

/** The evidence of one signal, or of all together. */
export interface EvidenceLine {
  /** The signal as people call it. */
  name: string
  /** In a word, for the picture. */
  short: string
  /** The last e-value against "the canary is no worse"; null without data. */
  eValue: number | null
  highest: Height | null
  /** The greatest e-value of each stretch of time, the oldest first; null where nothing was known. */
  points: readonly { at: number; eValue: number | null }[]
}

export interface ShownEvidence {
  /** Something about the data is wrong, or missing: that nothing speaks against the canary is then no good news. */
  isHeld: boolean
  /** How little evidence is to be taken: well once it is proven to be no worse, unknown where a signal was not seen. */
  quietTone: StateTone
  /** What looks worse so far, however little that proves; null: nothing does. */
  worse: string | null
  /** So much of all together rolls back. */
  needed: number
  /** Null before the first assessment. */
  all: EvidenceLine | null
  signals: readonly EvidenceLine[]
  /** Looks that are further apart than this leave a gap, in ms. */
  gapMs: number
  /** From when on it was recorded, where that is later than the rollout's start; else null. */
  recordedSince: number | null
  startedAt: number
  endedAt: number | null
  /** When the last assessment was made; null: not known. */
  assessedAt: number | null
  now: number
  /** When which share began, and what happened else. */
  events: readonly ChartEvent[]
}

/** How likely what is seen would be if the canary were no worse: in words, over time, and at its highest. */
export function againstSection(evidence: ShownEvidence): Html {
  const { all, signals, needed, recordedSince, worse, now } = evidence
  if (!all)
    return html`<section id="evidence"><h2>Evidence against the canary</h2><p>${toned('unknown', 'Nothing was assessed yet')}: evidence ${notKnown}.</p></section>`
  const unknown = signals.filter(({ eValue }) => eValue === null)
  return html`<section id="evidence"><h2>Evidence against the canary</h2>
<p>${presentPart(all, evidence)}${worse === null || all.eValue === null ? undefined : `; ${worse}`}. ${highestPart(all, evidence)}${all.eValue === null || unknown.length === 0 ? undefined : ` Not known yet, and so not in it: ${unknown.map(({ name }) => name).join(', ')}.`}</p>
${weakerPart(all, signals)}
${signals.length === 0 ? undefined : html`<ul>${signals.map((one) => html`<li><b>${one.name}</b>: ${evidenceInWords(one.eValue)}${one.highest === null ? undefined : html` <small>highest ${eValueText(one.highest.eValue)}, ${moment(one.highest.at, now)}</small>`}</li>`)}</ul>`}
${recordedSince === null ? undefined : html`<p class="muted">Recorded since ${moment(recordedSince, now)}; what was before is not known.</p>`}
${chartFigure(chartOf(evidence, all), { x: timeText, y: eValueText })}
<p class="muted"><small>The scale is logarithmic and ends where the canary is rolled back. A canary that is no worse reaches that end with a probability of at most 1 in ${eValueText(needed)}, however often one looks. Each signal counts by its weight: only all together roll back.</small></p></section>`
}

/** Little against a canary that is held tells nothing. */
function toneOf({ eValue }: EvidenceLine, { needed, isHeld, quietTone }: ShownEvidence): StateTone {
  if (eValue === null) return 'unknown'
  if (eValue >= needed / 4) return eValue >= needed ? 'bad' : 'watch'
  return isHeld ? 'unknown' : quietTone
}

/** After the end of a rollout it is what was known at its end, and no alarm. */
function presentPart(all: EvidenceLine, evidence: ShownEvidence): Html {
  const { needed, endedAt } = evidence
  if (all.eValue === null) return toned(toneOf(all, evidence), 'not known: no data of both arms')
  if (endedAt === null) return toned(toneOf(all, evidence), evidenceWords({ eValue: all.eValue, needed }))
  return html`At its end: ${evidenceInWords(all.eValue)}; 1 in ${formatCount(Math.round(needed))} rolls back`
}

function weakerPart(all: EvidenceLine, signals: readonly EvidenceLine[]): Html | undefined {
  const text = weakerTogether(all.eValue, signals)
  return text === null ? undefined : html`<p>${text}</p>`
}

function highestPart({ highest }: EvidenceLine, { needed, now }: ShownEvidence): Html | undefined {
  if (highest === null) return undefined
  return html`Highest: <b>${eValueText(highest.eValue)}</b> of ${eValueText(needed)}, ${moment(highest.at, now)}.`
}

const tones: readonly Tone[] = ['two', 'three', 'four', 'five', 'six']

function chartOf(evidence: ShownEvidence, all: EvidenceLine): Chart {
  const { needed, signals, startedAt, endedAt, assessedAt, events } = evidence
  const times = [all, ...signals].flatMap(({ points }) => points.map(({ at }) => at))
  const panels = [
    panelOf(all, evidence, { tone: 'one', height: 130 }),
    ...signals.map((one, index) => panelOf(one, evidence, { tone: tones[index % tones.length] ?? 'two', height: 56 })),
  ]
  return {
    title: 'Evidence over time',
    description: `Evidence against the canary from ${timeText(startedAt)} on, on a logarithmic scale that ends at ${eValueText(needed)}, where it is rolled back. Now: ${all.eValue === null ? 'not known' : eValueText(all.eValue)}.`,
    x: timeScale({ values: [startedAt, endedAt, assessedAt, ...times], room: 0 }),
    panels,
    events,
  }
}

function panelOf(
  { name, short, points }: EvidenceLine,
  { needed, gapMs }: ShownEvidence,
  { tone, height }: { tone: Tone; height: number },
): Panel {
  const shown = points.map(({ at, eValue }, index): ChartPoint => {
    const before = points[index - 1]
    return { x: at, y: eValue, ...(before && at - before.at > gapMs && { breaks: true }) }
  })
  const isKnown = points.some(({ eValue }) => eValue !== null)
  return {
    name: isKnown ? short : `${short}: not known`,
    y: evidenceScale(needed, height > 100 ? 5 : 3),
    height,
    series: [{ name, tone, draw: 'step', points: shown }],
    ...(height > 100 && { references: [{ value: needed, label: 'rollback line' }] }),
  }
}
