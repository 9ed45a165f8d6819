import { failedItems, type StoredContent } from '../../../../records/content.ts'
import type { LiveSettings } from '../../../../records/rollout/rollout-settings.ts'
import { formatSpan } from '../../../../text/format.ts'
import type { ShownAnswer, ShownAnswers } from '../../../pages/rollout/answers.ts'
import { captureOf } from '../../../release/capture.ts'
import { judgedAnswers } from '../../../words/judged-answers.ts'

/** The worst judged answers as the page shows them, or why there are none. */
export function shownAnswers(
  { canary, incumbent }: Record<'canary' | 'incumbent', readonly StoredContent[]>,
  version: { live: LiveSettings | null; endedAt: number | null; now: number },
): ShownAnswers {
  return { canary: canary.map(shown), incumbent: incumbent.map(shown), why: whyNone(version) }
}

function shown({ id, score, storedAt, input, output, judgement }: StoredContent): ShownAnswer {
  return {
    outcome: id,
    ...{ score, storedAt, output },
    input: Object.entries(input)
      .map(([name, value]) => `${name}:\n${typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)}`)
      .join('\n\n'),
    failed: failedItems(judgement).map(({ id: item, evidence, reasoning }) => ({
      item,
      quote: evidence?.trim() ? evidence : null,
      reasoning: reasoning?.trim() ? reasoning : null,
    })),
  }
}

function whyNone({
  live,
  endedAt,
  now,
}: {
  live: LiveSettings | null
  endedAt: number | null
  now: number
}): string | null {
  if (live === null) return null
  if (!live.store) return 'contents are not stored, since the prompt file does not say live: {store: true}.'
  if (endedAt !== null && now - endedAt > live.retention)
    return `contents are deleted after ${formatSpan(live.retention)}, and the rollout ended before that.`
  if (captureOf(live) === null) return `nothing is judged: live.judge says ${judgedAnswers(live.judge)}.`
  return 'none has been judged yet, or none is kept any more.'
}
