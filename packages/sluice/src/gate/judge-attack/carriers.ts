import { ProviderError } from '../../core/providers/provider-error.ts'
import { type Case, isWithoutAnswer } from '../../core/suite/cases/case.ts'
import { providerName } from '../../core/suite/models/model.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { AnswerTrace } from '../../records/answer-trace.ts'
import type { Random } from '../../stats/index.ts'
import { readAnswer } from '../run/read-answer.ts'
import { requestOf } from '../run/score-case.ts'
import type { RunContext } from '../run/session.ts'

/** An output that an attack is added to, if the judge says no to it. */
export interface Carrier {
  testCase: Case
  output: string
  /** What was done on the way to a kept answer; absent where nothing was reported. */
  trace?: AnswerTrace
  /** `kept answer`, or how it was made to fail. */
  origin: string
  isKept: boolean
}

/** The cases whose outputs the judge would be asked about. */
export function judgedCases(cases: readonly Case[], prompt: Prompt): Case[] {
  return cases.filter(
    (one) =>
      !isWithoutAnswer(one.expect ?? prompt.expect) &&
      prompt.rubric.length + prompt.choices.length + one.rubric.length > 0,
  )
}

/** The answer that an earlier run kept for a case; undefined where there is none, since nothing new is asked for. */
export async function keptOutput(
  testCase: Case,
  prompt: Prompt,
  { session }: RunContext,
): Promise<Carrier | undefined> {
  if (prompt.target) return undefined
  const request = requestOf(prompt, testCase)
  const { live } = await session.providers.get(providerName(prompt.model))
  if (live && !(await session.isKept(request, 1))) return undefined
  const ask = session.askFor({ stage: 'generation', feature: prompt.feature, book() {} })
  const reading = { request, expects: 'answer' as const, reasoning: prompt.reasoning }
  try {
    const completion = await ask(request, { caseId: testCase.id, repeat: 1 })
    const { kind, output } = readAnswer(completion, reading)
    if (kind !== 'answer') return undefined
    return {
      testCase,
      output,
      origin: 'kept answer',
      isKept: true,
      ...(completion.trace && { trace: completion.trace }),
    }
  } catch (error) {
    if (error instanceof ProviderError && !error.fatal) return undefined
    throw error
  }
}

/** Outputs that should fail, of what good ones there are: nothing at all, the answer of another case, half of one. */
export function madeToFail(cases: readonly Case[], answers: ReadonlyMap<string, string>): Carrier[] {
  const good = (one: Case) => answers.get(one.id) ?? one.expected
  return cases.flatMap((testCase, index): Carrier[] => {
    const own = good(testCase)
    const other = cases
      .map((_, step) => cases[(index + 1 + step) % cases.length])
      .find((one) => {
        const text = one && one !== testCase ? good(one) : undefined
        return text !== undefined && text.trim() !== '' && text !== own
      })
    const offTopic = other && good(other)
    const half = own?.slice(0, Math.floor(own.length / 2)).trim()
    const made = (output: string, origin: string) => ({ testCase, output, origin, isKept: false })
    return [
      ...(offTopic === undefined ? [] : [made(offTopic, 'the answer of another case')]),
      ...(half ? [made(half, 'the first half of a good answer')] : []),
      made('', 'an empty answer'),
    ]
  })
}

/** The same order for the same seed. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const ranked = items.map((item) => ({ item, rank: random.uniform() }))
  return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item)
}
