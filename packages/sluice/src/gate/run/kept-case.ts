import type { Ask, Question } from '../../core/answers/ask.ts'
import type { Completion, ModelRequest } from '../../core/providers/provider.ts'
import { ProviderError } from '../../core/providers/provider-error.ts'
import type { Check } from '../../core/scorers/checks/check.ts'
import { JudgeError } from '../../core/scorers/judge/judge-error.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { CheckSpec } from '../../core/suite/checks/check-spec.ts'
import { type Message, providerName } from '../../core/suite/models/model.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { ConversationTurn } from '../../records/conversation-turn.ts'
import type { CaseDetail } from '../../records/report/case-detail.ts'
import { createToolLoop, isStep } from '../tools/tool-loop.ts'
import { createCallModule } from '../tools/tool-module.ts'
import type { Scoring } from './score-answer.ts'
import { createScoreCase, requestOf } from './score-case.ts'
import type { RunContext } from './session.ts'

/** An answer that was given before; of a conversation with all that was said in it, this answer last. */
export interface GivenAnswer extends Completion {
  exchanges?: readonly ConversationTurn[]
}

/** The way to score an answer again: what was given is given in its order, and nobody is asked. */
export function givenAgain(given: GivenAnswer): Pick<Scoring, 'generate' | 'userAgain'> {
  const { exchanges = [], ...last } = given
  const answers = [...exchanges.slice(0, -1).map(givenCompletion), last]
  let next = 0
  return {
    async generate() {
      const answer = answers[next]
      next += 1
      if (answer) return answer
      throw new ProviderError('not-recorded', 'the conversation was ended before this turn, so no answer is kept')
    },
    userAgain: (turn) => exchanges[turn - 1]?.user,
  }
}

/** An answer that is kept, as it came. */
export function givenCompletion({
  output,
  latencyMs,
  costUsd,
  trace,
}: Pick<ConversationTurn, 'output' | 'latencyMs' | 'costUsd' | 'trace'>): Completion {
  return {
    output,
    usage: {},
    ...(latencyMs !== undefined && { latencyMs }),
    ...(costUsd !== undefined && { costUsd }),
    finishReason: 'stop',
    warnings: [],
    ...(trace && { trace }),
  }
}

/**
 * The messages that led to an answer, as the judge of a run is shown them.
 * @param exchanges the whole conversation, where the case is one
 * @throws JudgeError where they are not known
 */
export function messagesBefore(version: Prompt, testCase: Case, exchanges?: readonly ConversationTurn[]): Message[] {
  const { messages } = requestOf(version, testCase)
  if (exchanges === undefined && (testCase.turns || testCase.simulate))
    throw new JudgeError(
      `case "${testCase.id}" is a conversation, and what was said in it is not kept with this answer: run sluice eval, and label an answer of that run`,
    )
  if (exchanges === undefined) return messages
  const opening = testCase.turns ? messages.slice(0, -1) : messages
  return [...opening, ...messagesBeforeAnswer(exchanges)]
}

/** What was said in a conversation before its last answer. */
export function messagesBeforeAnswer(exchanges: readonly ConversationTurn[]): Message[] {
  const turnMessages = exchanges.flatMap(({ user, output }): Message[] => [
    { role: 'user', content: user },
    { role: 'assistant', content: output },
  ])
  return turnMessages.slice(0, -1)
}

/**
 * What store and recordings have of a case, without a score: what became of it, with all turns and calls of tools on
 * the way. Nothing new is asked for. Undefined where a request on the way has no answer, and for an application. A
 * conversation that `onFailure: stop` ended early counts as one without an answer, since nothing is scored here.
 */
export async function keptCase(
  version: Prompt,
  testCase: Case,
  repeat: number,
  { session, project }: Pick<RunContext, 'session' | 'project'>,
): Promise<CaseDetail | undefined> {
  if (version.target) return undefined
  let isMissing = false
  const onlyKept = (ask: Ask<ModelRequest>) => async (request: ModelRequest, question: Question) => {
    const { live } = await session.providers.get(providerName(request.model))
    if (!live || (await session.isKept(request, question.repeat))) return ask(request, question)
    isMissing = true
    throw new ProviderError('not-recorded', 'no answer to this is kept')
  }
  const { feature } = version
  const signal = session.interrupt.abort
  const generate = onlyKept(session.askFor({ stage: 'generation', feature, book() {} }))
  const measure = { ...version, checks: [unscored], rubric: [], choices: [] }
  const callModule = createCallModule(project.config.root)
  const loop = version.tools && createToolLoop({ version, measure, callModule, signal })
  const scoreCase = createScoreCase({
    version,
    measure,
    generate(request, { id: caseId, ...others }, times, accepts) {
      if (!loop) return generate(request, { caseId, repeat: times, accepts })
      return loop(request, { ...others, id: caseId }, times, (asked) =>
        generate(asked, { caseId, repeat: times, accepts: (given) => isStep(given) || accepts(given) }),
      )
    },
    checks: [always],
    checksOf: () => [],
    judge: undefined,
    askUser: onlyKept(session.askFor({ stage: 'judge', feature, book() {} })),
    signal,
  })
  const detail = await scoreCase(withoutScorers(testCase), repeat)
  return isMissing ? undefined : detail
}

/** A case whose turns are asked to the end, whatever they are like. */
function withoutScorers({ turns, onFailure: _, ...testCase }: Case): Case {
  const asked = turns?.map((turn) => ({ ...turn, checks: [], rubric: [] }))
  return { ...testCase, checks: [], rubric: [], ...(asked && { turns: asked }) }
}

/** A run needs something to score by. */
const unscored: CheckSpec = {
  ...{ type: 'matches', value: '', name: 'kept', negate: false, weight: 1, must: false, caseSensitive: false },
}
const always: Check = {
  spec: unscored,
  run: async () => ({ name: 'kept', type: 'matches', score: 1, weight: 1, must: false, reason: '' }),
}
