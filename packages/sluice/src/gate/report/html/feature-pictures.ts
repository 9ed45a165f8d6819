import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { type Html, html } from '../../../text/markup.ts'
import { differencePicture } from './difference-picture.ts'
import { distributionPicture } from './distribution-picture.ts'
import type { FeatureNumbers } from './feature-numbers.ts'
import { type DrawnTest, differenceTest, intervalPicture, thresholdTest } from './interval-picture.ts'
import { costPicture, latencyPicture } from './run-pictures.ts'

const testKey = html`<p class="key"><span class="fail">fail</span> <span class="inconclusive">inconclusive</span> <span class="pass">pass</span>
  <span class="text">where the mean has to lie at this run's precision; the bar is the interval</span></p>`

/** The pictures of a feature, as far as its data allow. */
export function pictures(feature: FeatureSummary, numbers: FeatureNumbers): Html {
  const draw = (title: string, test: DrawnTest | undefined) =>
    test && figure(title, intervalPicture(test, feature.confidence), testKey, 'wide')
  const cost = costPicture(feature)
  const latencies = latencyPicture(feature, numbers.latencies)
  return html`
    ${draw('Change of the mean against the margin', differenceTest(feature))}
    ${draw('Mean against the threshold', thresholdTest(feature))}
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
