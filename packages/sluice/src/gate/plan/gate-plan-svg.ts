import { chartFile } from '../../charts/chart.ts'
import { linearScale, logScale } from '../../charts/scale.ts'
import type { Series, Tone } from '../../charts/series.ts'
import type { FeaturePlan } from '../../records/report/gate-plan.ts'

const tones: readonly Tone[] = ['one', 'two', 'three', 'four', 'five', 'six']

/**
 * A chart of the smallest drop that a gate finds, by the number of cases: one line for each number of answers a case.
 */
export function gatePlanSvg({ table, margin, feature }: FeaturePlan): string {
  const sizes = [...new Set(table.map(({ cases }) => cases))].sort((a, b) => a - b)
  const series = [...Map.groupBy(table, ({ repeats }) => repeats)].map(([repeats, rows], index): Series => {
    const name = repeats === 1 ? '1 answer' : `up to ${repeats} answers`
    const points = rows.map(({ cases, drop }) => ({
      x: cases,
      y: drop,
      says: `${cases} cases, ${name}: ${drop === null ? 'not known' : drop.toFixed(3)}`,
    }))
    return {
      name,
      tone: tones[index % tones.length] ?? 'muted',
      draw: 'both',
      points: points.toSorted((a, b) => a.x - b.x),
    }
  })
  const x = logScale({ values: sizes })
  const drops = table.map(({ drop }) => drop)
  return chartFile({
    title: `Smallest drop that the gate${feature === null ? '' : ` of ${feature}`} finds with 80 % probability, by cases and answers per case`,
    description: `The margin is ${margin}. More cases, and more answers for each of them, find smaller drops.`,
    x: { ...x, ticks: sizes.map((value) => ({ value, label: String(value) })) },
    xName: 'cases',
    panels: [
      {
        name: 'drop',
        y: linearScale({ values: [0, margin * 1.5, ...drops], least: 0 }),
        height: 240,
        references: [{ value: margin, label: `margin ${margin}` }],
        series,
      },
    ],
  })
}
