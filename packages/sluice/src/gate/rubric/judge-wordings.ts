import { endIfStopped } from '../../core/answers/stop.ts'
import { ProviderError } from '../../core/providers/provider-error.ts'
import type { Judge } from '../../core/scorers/judge/judge.ts'
import { isOfOneAnswer, JudgeError } from '../../core/scorers/judge/judge-error.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { AnswerTrace } from '../../records/answer-trace.ts'
import type { ConversationTurn } from '../../records/conversation-turn.ts'
import type { JudgedItem } from '../../records/report/case-detail.ts'
import { messagesBefore } from '../run/kept-case.ts'
import { runPool } from '../run/pool.ts'
import type { RunContext } from '../run/session.ts'
import type { Rewording } from './rewordings.ts'

/** A kept output, and the case that it answers. */
export interface OutputToJudge {
  testCase: Case
  output: string
  /** What was done on the way to it, where questions are about that. */
  trace?: AnswerTrace | undefined
  /** What was said in a conversation, the output last. */
  exchanges?: readonly ConversationTurn[] | undefined
}

/** What the judge says of one output: by item, undefined where there is no verdict. */
export interface JudgedWordings extends OutputToJudge {
  /** In the item's own words. */
  own: ReadonlyMap<string, string> | undefined
  /** In the same words a second time. */
  again: ReadonlyMap<string, string> | undefined
  /** In each of the other wordings; of an item that has fewer its own words stand there, which are no rewording. */
  reworded: (ReadonlyMap<string, string> | undefined)[]
  errors: Error[]
}

const mostWordings = 10

/**
 * Has each output judged in the own words, once more in the same, and with the whole rubric in each other wording.
 * A failure of one judgement leaves it out; a spent budget ends the asking, and what there is still counts.
 */
export async function judgeWordings(
  outputs: readonly OutputToJudge[],
  { prompt, judge, rewordings }: { prompt: Prompt; judge: Judge; rewordings: readonly Rewording[] },
  { session, scored }: Pick<RunContext, 'session'> & { scored(): void },
): Promise<JudgedWordings[]> {
  const wordings = Math.min(mostWordings, Math.max(0, ...rewordings.map(({ rewordings: texts }) => texts.length)))
  const rubricIn = (index: number) =>
    prompt.rubric.map((item) => ({
      ...item,
      ask: rewordings.find((entry) => entry.item === item.id)?.rewordings[index] ?? item.ask,
    }))
  const judged: JudgedWordings[] = []
  let isSpent = false
  async function* jobs() {
    yield* outputs.entries()
  }
  await runPool(jobs(), session.concurrency, async ([place, one]) => {
    const errors: Error[] = []
    const subject = { case: one.testCase, output: one.output, ...(one.trace && { trace: one.trace }) }
    const verdictsOf = async (rubric: Prompt['rubric'], repeat: number) => {
      if (isSpent) return undefined
      endIfStopped(session.interrupt.stop)
      try {
        const input = messagesBefore(prompt, one.testCase, one.exchanges)
        const task = { choices: [], strict: prompt.strict, input, repeat }
        const { items } = await judge.score(subject, { ...task, rubric })
        return new Map(items.map(({ id, verdict }: JudgedItem) => [id, verdict]))
      } catch (error) {
        if (error instanceof ProviderError && error.kind === 'budget') isSpent = true
        else if (!isOfOneAnswer(error)) throw error
        if (error instanceof JudgeError || error instanceof ProviderError) errors.push(error)
        return undefined
      }
    }
    const own = await verdictsOf([...prompt.rubric, ...one.testCase.rubric], 1)
    const again = own && (await verdictsOf([...prompt.rubric, ...one.testCase.rubric], 2))
    const reworded: JudgedWordings['reworded'] = []
    for (let index = 0; own && index < wordings; index += 1)
      reworded.push(await verdictsOf([...rubricIn(index), ...one.testCase.rubric], 1))
    judged[place] = { ...one, own, again, reworded, errors }
    scored()
  })
  return judged.filter((one) => one !== undefined)
}
