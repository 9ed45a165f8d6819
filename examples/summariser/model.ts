import type { PromptMessage, PromptVersion } from '@sluice/client'

export interface Completion {
  text: string
  inputTokens: number
  outputTokens: number
}

/**
 * Stands in for a model, so that the example needs no key: the first sentence of the e-mail, and, where the prompt asks for
 * action items, every sentence with "please". A real application calls its provider here, with the version's model and
 * parameters.
 */
export async function callModel({ model }: PromptVersion, messages: readonly PromptMessage[]): Promise<Completion> {
  if (!model.startsWith('demo:')) throw new Error(`the example has no model ${model}`)
  const [instructions = '', email = ''] = messages.map(({ content }) => content)
  const sentences = email.split(/(?<=[.!?])\s+/)
  const actions = /action item/i.test(instructions) ? sentences.filter((sentence) => /please/i.test(sentence)) : []
  const text = [`Summary: ${sentences[0]}`, ...actions.map((action) => `Action item: ${action}`)].join('\n')
  return { text, inputTokens: words(instructions) + words(email), outputTokens: words(text) }
}

function words(text: string): number {
  return text.split(/\s+/).length
}
