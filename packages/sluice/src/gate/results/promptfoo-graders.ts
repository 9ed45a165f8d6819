/** What a grader of promptfoo said of one answer. */
export interface GraderResult {
  reason?: string | null | undefined
  assertion?: { type?: string | null | undefined } | null | undefined
  metadata?: { graderError?: unknown } | null | undefined
}

/** Assertions that a model grades, or an embedding. */
const graded =
  /^(?:not-)?(?:llm-rubric|factuality|model-graded-\w+|g-eval|answer-relevance|context-\w+|conversation-relevance|search-rubric|select-best|similar(?::\w+)?|classifier|moderation|pi|trajectory:goal-success)$/

export function isGraded(type: unknown): boolean {
  return typeof type === 'string' && graded.test(type)
}

/** What versions of promptfoo that do not mark it write where the grader failed, and not the answer. */
const failed = new RegExp(
  `^(?:${[
    'No output$',
    'No embedding$',
    'Embedding not found$',
    'Unknown error fetching',
    'Could not extract JSON from \\S+ response',
    '\\S+ produced (?:a )?malformed response',
    'Model grader produced a malformed response',
    'Invalid category value',
    'Factuality checker output did not match',
    'Error parsing output:',
    'LLM does not propose any evaluation step',
    'LLM-proposed evaluation \\w+ (?:is|are) not in JSON format',
    'API (?:call |response )?error:',
    String.raw`Request timed out after \d`,
  ].join('|')})`,
  'i',
)

/** Why a grader said nothing of the answer: promptfoo counts it as failed, with a score of 0. */
export function graderFailure({ metadata, assertion, reason }: GraderResult): string | undefined {
  const isMarked = Boolean(metadata?.graderError)
  const isReason = isGraded(assertion?.type) && failed.test(reason ?? '')
  return isMarked || isReason ? `the grader failed: ${reason ?? 'no reason given'}` : undefined
}
