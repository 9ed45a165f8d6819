import type { FeatureSummary } from '../feature-report.ts'
import { differencePicture } from './difference-picture.ts'
import { distributionPicture } from './distribution-picture.ts'
import type { FeatureNumbers } from './feature-numbers.ts'
import { intervalPicture } from './interval-picture.ts'
import { type Html, html } from './markup.ts'
import { costPicture, latencyPicture } from './run-pictures.ts'

/** The pictures of a feature, as far as its data allow. */
export function pictures(feature: FeatureSummary, numbers: FeatureNumbers): Html {
  const { comparison } = feature
  const interval = intervalPicture(feature)
  const cost = costPicture(feature)
  const latencies = latencyPicture(feature, numbers.latencies)
  return html`
    ${figure(
      comparison ? 'Change of the mean against the margin' : 'Mean against the threshold',
      interval,
      html`<p class="key"><span class="fail">fail</span> <span class="inconclusive">inconclusive</span> <span class="pass">pass</span>
        <span class="text">where the mean has to lie at this run's precision; the bar is the interval</span></p>`,
      'wide',
    )}
    ${figure('Change of each case, sorted', differencePicture(numbers.changes), undefined, 'wide paired')}
    ${figure(
      'Scores',
      distributionPicture(feature, numbers.scores, feature.baseline ? numbers.baselineScores : []),
      html`<p class="key"><span class="candidate">candidate</span>${feature.baseline ? html` <span class="baseline">baseline</span>` : undefined} <span class="text">share of the cases; lines are the means</span></p>`,
    )}
    ${figure(latencies ? (cost ? 'Latency and cost' : 'Latency') : 'Cost', latencies || cost ? html`${latencies}${cost}` : undefined)}`
}

function figure(title: string, picture: Html | undefined, key?: Html, kind = ''): Html | undefined {
  return picture && html`<figure class="${kind}"><figcaption>${title}</figcaption>${picture}${key}</figure>`
}
