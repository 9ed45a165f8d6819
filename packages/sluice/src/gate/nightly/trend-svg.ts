import { chartFile, type Panel } from '../../charts/chart.ts'
import { linearScale, timeScale } from '../../charts/scale.ts'
import type { TrendNight } from '../../records/report/night-report.ts'
import { formatAmount, formatScore } from '../../text/format.ts'
import { timeOfNight } from './night.ts'

export interface FeatureTrend {
  feature: string
  trend: readonly TrendNight[]
}

/** A panel for each feature: mean, interval and verdict of every night, and the threshold. */
export function trendSvg(features: readonly FeatureTrend[]): string {
  const nights = features.flatMap(({ trend }) => trend.map(({ night }) => timeOfNight(night)))
  return chartFile({
    title: 'Nightly scores',
    description: features.map(sentence).join(' '),
    x: timeScale({ values: nights }),
    panels: features.map(panel),
  })
}

function panel({ feature, trend }: FeatureTrend): Panel {
  const points = trend.map(({ night, verdict, mean, ciLow, ciHigh }) => ({
    ...{ x: timeOfNight(night), y: mean, low: ciLow, high: ciHigh, tone: verdict },
    says: `${night}: ${formatScore(mean)}, ${verdict}`,
  }))
  const thresholds = trend.map(({ night, threshold }) => ({ x: timeOfNight(night), y: threshold }))
  const shown = trend.flatMap(({ mean, ciLow, ciHigh, threshold }) => [mean, ciLow, ciHigh, threshold])
  return {
    name: feature,
    y: linearScale({ values: [0.5, 1, ...shown], least: 0, most: 1 }),
    height: 100,
    series: [
      { name: 'night', tone: 'one', draw: 'points', points },
      { name: 'threshold', tone: 'muted', draw: 'step', points: thresholds },
    ],
  }
}

function sentence({ feature, trend }: FeatureTrend): string {
  const last = trend.at(-1)
  if (!last) return `${feature}: no night.`
  return `${feature}: ${formatAmount(trend.length, 'night')}, the last of ${last.night} with ${formatScore(last.mean)}, ${last.verdict}.`
}
