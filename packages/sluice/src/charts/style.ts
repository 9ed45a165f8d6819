/**
 * The look of every chart, by classes alone. Colours are those of Okabe and Ito, darker on paper and lighter in the
 * dark so that each has a contrast of at least 3 with its ground; signs and dashes differ too.
 */
const tones: Record<string, [light: string, dark: string, dashes: string]> = {
  one: ['#0067a5', '#6db8e8', ''],
  two: ['#a8590a', '#f0b04a', '7 3'],
  three: ['#00795a', '#3fc79c', '2 3'],
  four: ['#a3487e', '#e29cc4', '9 3 2 3'],
  five: ['#6a4fb3', '#b7a3ee', '4 4'],
  six: ['#5c6670', '#a3adb6', '12 4'],
  pass: ['#1a7049', '#6dd19d', ''],
  fail: ['#b3261e', '#ff9087', ''],
  inconclusive: ['#7d5800', '#ecc265', '5 3'],
  muted: ['#6b747c', '#98a2ab', '3 3'],
}

const variables = (side: 0 | 1) =>
  `${Object.entries(tones)
    .map(([tone, colors]) => `--tone-${tone}:${colors[side]}`)
    .join(
      ';',
    )};${side === 0 ? '--chart-ink:#59626b;--chart-rule:#dfe2e4;--chart-paper:var(--sheet,#fff)' : '--chart-ink:#a3adb6;--chart-rule:#353c43;--chart-paper:var(--sheet,#1b1f23)'}`

const ofTones = Object.entries(tones)
  .map(
    ([tone, [, , dashes]]) =>
      `.tone-${tone}{--tone:var(--tone-${tone})}${dashes === '' ? '' : `.line.tone-${tone}{stroke-dasharray:${dashes}}`}`,
  )
  .join('\n')

/** Pixels at the sides of a chart, for the labels of its vertical scales and for what stands over its right end. */
export const room = { left: 58, right: 14 }
/** On the left, where a label is longer than usual. */
export const wideLabels = 100
/** From this width of its figure on a chart shows more labels. */
export const wideFrom = 640

/** For pages, to stand in their style sheet, and for pictures that are files of their own. */
export const chartStyle = `.chart,.chart-file,.chart-figure{${variables(0)}}
@media (prefers-color-scheme:dark){.chart,.chart-file,.chart-figure{${variables(1)}}}
:root[data-theme="light"] :is(.chart,.chart-figure){${variables(0)}}
:root[data-theme="dark"] :is(.chart,.chart-figure){${variables(1)}}
@media print{:root :is(.chart,.chart-figure),.chart-file{${variables(0)}}}
.chart{display:block;box-sizing:border-box;width:100%;padding:0 ${room.right}px 0 ${room.left}px;overflow:visible}
.chart-wide{padding-left:${wideLabels}px}
:is(.chart,.chart-file) text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--chart-ink);font-variant-numeric:tabular-nums}
:is(.chart,.chart-file) .event-label{fill:var(--tone)}
:is(.chart,.chart-file) .panel-name{font-weight:600}
:is(.chart,.chart-file) :is(.label,.event-label,.tick,.panel-name){paint-order:stroke;stroke:var(--chart-paper);stroke-width:3px;stroke-linejoin:round}
:is(.chart,.chart-file) :is(.event-label,.panel-name){stroke-width:6px}
@media screen{.chart-figure :is(.numbers td,tbody th){white-space:nowrap}}
.chart-figure{container-type:inline-size}
.wide-ticks{display:none}
@container (min-width:${wideFrom}px){.wide-ticks{display:inline}.narrow-ticks{display:none}}
.grid line{stroke:var(--chart-rule);stroke-width:1}
.line{fill:none;stroke:var(--tone);stroke-width:1.75}
.band{fill:var(--tone);fill-opacity:.18;stroke:none}
.block,.sign{fill:var(--tone)}
.block{stroke:var(--chart-paper);stroke-width:.5}
.sign.tone-inconclusive{fill:var(--chart-paper);stroke:var(--tone);stroke-width:1.5}
.sign.tone-muted{fill:var(--chart-paper);stroke:var(--tone);stroke-width:1.5}
.whisker{stroke:var(--tone);stroke-width:1.25;stroke-opacity:.75}
.reference line{stroke:var(--chart-ink);stroke-width:1;stroke-dasharray:5 4}
.event{stroke:var(--tone);stroke-width:1.25;stroke-dasharray:2 2}
.chart-figure summary{cursor:pointer;font-size:.85rem}
${ofTones}
@media print{.chart,.chart *{print-color-adjust:exact}}
`
