import type { PromptRequest } from '../../core/providers/provider.ts'
import { ProviderError } from '../../core/providers/provider-error.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { UserSimulation } from '../../core/suite/cases/conversation.ts'
import type { Message } from '../../core/suite/models/model.ts'
import type { CaseDetail, CheckResult } from '../../records/report/case-detail.ts'
import { addPaid, endedConversation, noProgress, scoreWhole } from './conversation.ts'
import { answerTo, failure, type Scoring, withHistory } from './score-answer.ts'
import { nextMessage } from './simulated-user.ts'

/** The most turns where a case sets no `maxTurns`. */
const defaultMaxTurns = 10

interface SimulatedConversation {
  testCase: Case
  simulation: UserSimulation
  repeat: number
  /** The messages before the conversation. */
  request: PromptRequest
}

/**
 * Lets a simulated user talk until he says that he is done. The last answer is scored by prompt and case. What the user
 * does wrong, and a conversation that he does not end in time, is a state and never a score.
 */
export async function scoreSimulation(scoring: Scoring, conversation: SimulatedConversation): Promise<CaseDetail> {
  const { testCase, simulation, repeat, request } = conversation
  const { maxTurns = defaultMaxTurns } = simulation
  const history = testCase.messages ?? []
  const before = request.messages.slice(0, request.messages.length - history.length)
  const soFar: Message[] = [...history]
  const progress = noProgress(scoring)
  const { askUser: ask } = scoring
  for (let turn = 1; ; turn += 1) {
    const name = `turn ${turn}`
    try {
      if (scoring.userAgain) {
        const again = scoring.userAgain(turn)
        if (again === undefined) return await scoreWhole(scoring, testCase, repeat, progress, soFar)
        soFar.push({ role: 'user', content: again })
      } else {
        if (ask === undefined) throw new ProviderError('simulator', 'a simulated user cannot be asked here')
        const { reply, costUsd } = await nextMessage({ simulation, soFar, caseId: testCase.id, repeat, ask })
        addPaid(progress, costUsd)
        if (reply.status !== 'goOn') {
          if (turn === 1)
            throw new ProviderError('simulator', 'the simulated user ended the conversation before it began')
          const detail = await scoreWhole(scoring, testCase, repeat, progress, soFar)
          return { ...detail, checks: [...detail.checks, goalCheck(reply.status)] }
        }
        if (turn > maxTurns)
          throw new ProviderError(
            'simulator',
            `the simulated user did not end the conversation within ${maxTurns} turns`,
          )
        soFar.push({ role: 'user', content: reply.message })
      }
    } catch (error) {
      return endedConversation(progress, failure(error, 'simulatorError'), soFar, name, false)
    }
    const own: Case = { ...testCase, expect: 'answer' }
    const named = turn === 1 || scoring.version.target ? own : { ...own, id: `${testCase.id} turn ${turn}` }
    const asked = withHistory(named, scoring.version, soFar)
    const answered = await answerTo(scoring, asked, repeat, { ...request, messages: [...before, ...soFar] })
    if ('ended' in answered) return endedConversation(progress, answered.ended, soFar, name, false)
    progress.answers.push(answered)
    soFar.push({ role: 'assistant', content: answered.read.output })
  }
}

/** Shown, and no part of the score: it is what the simulated user thinks. */
function goalCheck(status: 'goalReached' | 'givenUp'): CheckResult {
  const isReached = status === 'goalReached'
  const reason = isReached ? 'the simulated user says that its goal is reached' : 'the simulated user gave up'
  return { name: 'simulated user', type: 'simulate', score: isReached ? 1 : 0, weight: 0, must: false, reason }
}
