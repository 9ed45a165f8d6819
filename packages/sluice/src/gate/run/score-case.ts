import type { PromptRequest } from '../../core/providers/provider.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import { promptMessages } from '../../core/suite/cases/conversation.ts'
import { renderMessage } from '../../core/suite/models/content-parts.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { TemplateError } from '../../core/suite/values/template.ts'
import { inputOf, scoreConversation } from './conversation.ts'
import type { ScoreCase } from './evaluate.ts'
import { answerTo, failure, type Scoring, scoreAnswered, withHistory } from './score-answer.ts'
import { scoreSimulation } from './simulated-conversation.ts'

/**
 * Makes the function that answers and scores one case. Faults of a case become its state, never a score of 0; an answer
 * that never came is not scored either, unless the case expects just that.
 */
export function createScoreCase(scoring: Scoring): ScoreCase {
  const { version } = scoring
  return async (testCase, repeat) => {
    try {
      const request = requestOf(version, testCase)
      const { messages, turns, simulate: simulation } = testCase
      if (turns) return await scoreConversation(scoring, { testCase, turns, repeat, request })
      if (simulation) return await scoreSimulation(scoring, { testCase, simulation, repeat, request })
      const sent = messages ? withHistory(testCase, version, messages) : testCase
      const answered = await answerTo(scoring, sent, repeat, request)
      const detail = 'ended' in answered ? answered.ended : await scoreAnswered(scoring, testCase, repeat, answered)
      return messages ? { ...detail, input: inputOf(messages) } : detail
    } catch (error) {
      // The version's text needs a variable that this case lacks. Any other error here concerns the whole run.
      if (error instanceof TemplateError) return failure(error, 'modelError')
      throw error
    }
  }
}

/**
 * The messages of a version with the case's variables in them, each substituted once, and what the case says itself. Of
 * turns it holds the first one.
 */
export function requestOf(version: Prompt, testCase: Case): PromptRequest {
  const { model, parameters, format, tools, toolChoice, strict } = version
  const { vars, messages = [], turns = [] } = testCase
  const ofPrompt = promptMessages(version.messages, testCase).map((message) => renderMessage(message, vars, { strict }))
  const all = [...ofPrompt, ...messages, ...turns.slice(0, 1).map(({ user }) => user)]
  return { model, messages: all, parameters, format, ...(tools && { tools }), ...(toolChoice && { toolChoice }) }
}
