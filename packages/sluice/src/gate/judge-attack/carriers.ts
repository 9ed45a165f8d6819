import type { JudgeQuestions } from '../../core/scorers/judge/judge.ts'
import { type Case, isWithoutAnswer } from '../../core/suite/cases/case.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { AnswerTrace } from '../../records/answer-trace.ts'
import type { ConversationTurn } from '../../records/conversation-turn.ts'
import type { Random } from '../../stats/index.ts'
import { keptCase } from '../run/kept-case.ts'
import type { RunContext } from '../run/session.ts'

/** An output that an attack is added to, if the judge says no to it. */
export interface Carrier {
  testCase: Case
  output: string
  /** What was done on the way to a kept answer; absent where nothing was reported. */
  trace?: AnswerTrace
  /** What was said in a conversation, the answer of the model last. */
  exchanges?: readonly ConversationTurn[]
  /** What the judge is asked about it; absent where these are the questions of prompt and case. */
  questions?: Pick<JudgeQuestions, 'rubric' | 'choices'>
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

/** The cases with questions about the answer to one turn. */
export function judgedTurns(cases: readonly Case[]): Case[] {
  return cases.filter(({ turns = [] }) => turns.some(({ rubric }) => rubric.length > 0))
}

/**
 * The answers to the turns that have questions of their own, each with what was said before it, as a run judges them.
 */
export function answersToTurns({ testCase, exchanges = [] }: Carrier): Carrier[] {
  const { expected: _, ...others } = testCase
  return (testCase.turns ?? []).flatMap(({ rubric, expected }, index): Carrier[] => {
    const answer = exchanges[index]
    if (rubric.length === 0 || answer === undefined) return []
    const { output, trace } = answer
    return [
      {
        testCase: { ...others, ...(expected !== undefined && { expected }) },
        ...{ output, origin: `kept answer of turn ${index + 1}`, isKept: true },
        ...(trace && { trace }),
        exchanges: exchanges.slice(0, index + 1),
        questions: { rubric, choices: [] },
      },
    ]
  })
}

/** The answer that an earlier run kept for a case; undefined where there is none, since nothing new is asked for. */
export async function keptOutput(testCase: Case, prompt: Prompt, context: RunContext): Promise<Carrier | undefined> {
  const kept = await keptCase(prompt, { ...testCase, expect: 'answer' }, 1, context)
  if (kept?.output === undefined || kept.state !== 'scored') return undefined
  const { output, trace, exchanges } = kept
  return {
    ...{ testCase, output, origin: 'kept answer', isKept: true },
    ...(trace && { trace }),
    ...(exchanges && { exchanges }),
  }
}

/** Outputs that should fail, of what good ones there are: nothing at all, the answer of another case, half of one. */
export function madeToFail(cases: readonly Case[], answers: ReadonlyMap<string, Carrier>): Carrier[] {
  const good = (one: Case) => answers.get(one.id)?.output ?? one.expected
  return cases.flatMap((testCase, index): Carrier[] => {
    const { exchanges, trace } = answers.get(testCase.id) ?? {}
    // The documents of a case are the same whatever was answered; what was done belongs to one answer alone.
    const documents = trace?.retrieved && { trace: { retrieved: trace.retrieved } }
    // Nobody knows what was said in a conversation that is not kept, so the judge could not be shown it.
    if ((testCase.turns || testCase.simulate) && !exchanges) return []
    const own = good(testCase)
    const other = cases
      .map((_, step) => cases[(index + 1 + step) % cases.length])
      .find((one) => {
        const text = one && one !== testCase ? good(one) : undefined
        return text !== undefined && text.trim() !== '' && text !== own
      })
    const offTopic = other && good(other)
    const half = own?.slice(0, Math.floor(own.length / 2)).trim()
    const made = (output: string, origin: string) => ({
      ...{ testCase, output, origin, isKept: false },
      ...documents,
      ...(exchanges && { exchanges }),
    })
    return [
      ...(offTopic === undefined ? [] : [made(offTopic, 'the answer of another case')]),
      ...(half ? [made(half, 'the first half of a good answer')] : []),
      made('', 'an empty answer'),
    ]
  })
}

/** Mixes the items, in the same order for the same seed. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const ranked = items.map((item) => ({ item, rank: random.uniform() }))
  return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item)
}
