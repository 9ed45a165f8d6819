import { createPrices } from '../../core/providers/prices.ts'
import type { ModelRequest, Provider } from '../../core/providers/provider.ts'
import type { Providers } from '../../core/providers/registry.ts'
import { SluiceError } from '../../errors.ts'
import type { JudgingContext } from '../live/judge-task.ts'
import { judgingBy } from '../server/serve/live-judging.ts'
import { filler, vagueSentence } from './simulated-requests.ts'

export const judgeModel = 'simulated:judge'

const prices = createPrices({ [judgeModel]: { input: 0.4, output: 1.6 } })
const tokensOf = (text: string) => Math.ceil(text.length / 4)

/**
 * Judges live answers by the same calls, budget and prices as a real one. Only the model is simulated: it reads what it
 * is sent and answers by rules, without a network.
 */
export function simulatedJudging(): Pick<JudgingContext, 'clientOf' | 'modes' | 'unaskable'> {
  return {
    ...judgingBy({ providers, config: { providers: {} }, prices, concurrency: 64 }),
    unaskable: async (model) => (model === judgeModel ? undefined : `the demo has no model ${model}`),
  }
}

const provider: Provider = {
  name: 'simulated',
  live: true,
  async complete(request) {
    const output = judgement(request)
    const asked = request.messages.map(({ content }) => (typeof content === 'string' ? content : '')).join('\n')
    const usage = { inputTokens: tokensOf(asked), outputTokens: tokensOf(output) }
    return { output, usage, latencyMs: 1, servedModel: 'simulated-judge', finishReason: 'stop', warnings: [] }
  },
}

const providers: Providers = {
  async get(name) {
    if (name === provider.name) return provider
    throw new SluiceError('invalid-input', `the demo has no provider ${name}`)
  },
}

/** The answers to the questions of a rubric, as JSON. */
function judgement({ messages }: ModelRequest): string {
  const [system = '', user = ''] = messages.map(({ content }) => (typeof content === 'string' ? content : ''))
  const ids = [...system.matchAll(/^id: (.+)\nquestion: /gm)].map(([, id = '']) => id)
  const output = fenced(user, 'OUTPUT')
  const needed = listed(fenced(user, 'INPUT user'))
  return JSON.stringify({ items: ids.map((id) => ({ id, ...answerTo(id, { output, needed }) })) })
}

function fenced(message: string, name: string): string[] {
  const found = new RegExp(`<<<BEGIN ${name} (\\S+)>>>\\n([\\s\\S]*?)\\n<<<END ${name} \\1>>>`).exec(message)?.[2] ?? ''
  return found.split('\n').map((line) => line.replace(/^\| ?/, ''))
}

const listed = (lines: readonly string[]) => lines.filter((line) => line.startsWith('- '))

interface Judged {
  evidence: string
  reasoning: string
  verdict: 'yes' | 'no' | 'cannot_tell'
}

/** What a careful reader would say to a question of the demo's rubrics. */
function answerTo(id: string, { output, needed }: { output: string[]; needed: string[] }): Judged {
  const [first = ''] = output
  const yes: Judged = { evidence: first, reasoning: 'Nothing speaks against it.', verdict: 'yes' }
  if (id === 'complete') {
    const missing = needed.filter((line) => !output.includes(line))
    const quote = output.find((line) => line === vagueSentence) ?? ''
    const reasoning = `Missing: ${missing.map((line) => line.slice(2)).join('; ')}.`
    return missing.length === 0 ? yes : { evidence: quote, reasoning, verdict: 'no' }
  }
  if (id === 'faithful') {
    const invented = listed(output).find((line) => !needed.includes(line))
    return invented === undefined
      ? yes
      : { evidence: invented.slice(2), reasoning: 'The text does not say so.', verdict: 'no' }
  }
  if (id === 'short') {
    const isWordy = output.includes(filler)
    return isWordy ? { evidence: filler, reasoning: 'It says the same twice.', verdict: 'no' } : yes
  }
  return { evidence: '', reasoning: 'The simulated judge does not know this question.', verdict: 'cannot_tell' }
}
