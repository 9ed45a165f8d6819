import type { FeatureSummary } from '../../records/report/feature-report.ts'
import { formatAmount } from '../../text/format.ts'
import { excerpt } from '../../text/untrusted.ts'
import { directionOf } from '../verdict/score-change.ts'

type Tag = FeatureSummary['tags'][number]

/**
 * The tags that a reader learns something from as lines, the others in a sentence each, which still holds their names.
 */
export interface TagLines {
  lines: Tag[]
  sentences: string[]
}

const namesShown = 6
const nameLength = 60

/** Without a comparison every tag has its mean, so that each is a line. */
export function tagLines({ tags, comparison }: FeatureSummary): TagLines {
  if (!comparison) return { lines: tags, sentences: [] }
  const few = tags.filter(({ verdict }) => verdict === null)
  const same = tags.filter((tag) => tag.verdict !== null && hasNotChanged(tag))
  const wide = tags.filter((tag) => tag.verdict !== null && !hasNotChanged(tag) && isOpenEnded(tag))
  const folded = new Set([...few, ...same, ...wide])
  return {
    lines: tags.filter((tag) => !folded.has(tag)),
    sentences: [
      ...tagNames(same, 'without any change'),
      ...tagNames(few, 'with too few cases to be judged'),
      ...tagNames(wide, 'with an interval as wide as the scale, so that nothing is known'),
    ],
  }
}

const hasNotChanged = ({ verdict, meanDifference }: Tag) =>
  verdict === 'pass' && meanDifference !== null && directionOf(meanDifference) === 'same'

const isOpenEnded = ({ verdict, ciLow, ciHigh }: Tag) =>
  verdict === 'pass' && ciLow !== null && ciHigh !== null && ciLow <= -1 && ciHigh >= 1

function tagNames(tags: readonly Tag[], what: string): string[] {
  if (tags.length === 0) return []
  const shown = tags.slice(0, namesShown).map(({ tag }) => excerpt(tag, nameLength))
  const left = tags.length - namesShown
  return [`${formatAmount(tags.length, 'tag')} ${what}: ${shown.join(', ')}${left > 0 ? ` and ${left} more` : ''}.`]
}
