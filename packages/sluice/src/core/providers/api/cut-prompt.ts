import { formatCount } from '../../../text/format.ts'
import type { ModelRequest } from '../provider.ts'
import { ProviderError } from '../provider-error.ts'

/** What is known of an answer's input. */
interface CountedInput {
  source: string
  model: string
  messages: ModelRequest['messages']
  inputTokens: number | undefined
  fingerprint: string | undefined
}

/** No tokenizer puts so many characters of prose or code into a token; only runs of one character are longer. */
const mostCharactersPerToken = 7

/** In a shorter prompt a few long words could explain the number. */
const shortestSuspect = 2000

/** Fewer tokens than this are equal by chance. */
const fewestEqualTokens = 512
const equalPrompts = 3
const differentLength = 1.5

/** How Ollama's compatible API names itself with every answer. */
const ollama = 'fp_ollama'

/**
 * Finds prompts that a server has cut to its context and answered as if they were whole. The tokens that it counted
 * show it. The function returns warnings about an answer.
 * @throws ProviderError `too-long` for a prompt that Ollama has cut: it is known to do so without saying it
 */
export function createCutWatch(): (input: CountedInput) => string[] {
  const lengths = new Map<string, Set<number>>()
  return ({ source, model, messages, inputTokens, fingerprint }) => {
    if (inputTokens === undefined) return []
    const characters = messages.reduce((sum, { content }) => sum + content.length + 1, 0)
    const isTooLong = characters >= shortestSuspect && characters / inputTokens > mostCharactersPerToken
    // What is neither long nor of many tokens needs no closer look, which takes time.
    if (!isTooLong && inputTokens < fewestEqualTokens) return []
    const length = textLength(messages)
    if (length >= shortestSuspect && length / inputTokens > mostCharactersPerToken) {
      if (fingerprint === ollama) throw cutByOllama(source, inputTokens, length)
      return [
        'the server counted far fewer input tokens than the prompts can have: either it cuts prompts to its context, or it does not count all, and then the cost is too low',
      ]
    }
    if (inputTokens < fewestEqualTokens) return []
    const key = JSON.stringify([model, inputTokens])
    const equal = (lengths.get(key) ?? new Set()).add(length)
    lengths.set(key, equal)
    const isSuspect = equal.size >= equalPrompts && Math.max(...equal) >= differentLength * Math.min(...equal)
    if (!isSuspect) return []
    return [
      `the server counted ${formatCount(inputTokens)} input tokens for prompts of very different length: it seems to cut prompts to its context`,
    ]
  }
}

/** Characters, with a run of the same one, or of white space, taken as a single token could hold it. */
function textLength(messages: CountedInput['messages']): number {
  const text = messages.map(({ content }) => content).join('\n')
  return text.replace(/\s+/g, ' ').replace(/(\S)\1{3,}/gu, '$1$1$1').length
}

function cutByOllama(source: string, inputTokens: number, length: number): ProviderError {
  const counted = `${source}: Ollama read ${formatCount(inputTokens)} tokens of a prompt of ${formatCount(length)} characters`
  return new ProviderError(
    'too-long',
    `${counted}: it has cut the prompt to its context without saying so. Give it a longer one (OLLAMA_CONTEXT_LENGTH, or num_ctx in a Modelfile), or shorten the input`,
  )
}
