import { z } from 'zod'
import { modelIdSchema } from '../models/model.ts'

const choiceSchema = z.strictObject({
  choice: z
    .string()
    .min(1)
    .meta({ description: 'An answer that the judge may give.', examples: ['good'] }),
  score: z
    .number()
    .min(0)
    .max(1)
    .meta({ description: 'What the answer is worth.', examples: [1] }),
})

/** The `llm` part of an evaluator in GitHub's format. */
export const choiceEvaluatorSchema = z.strictObject({
  modelId: modelIdSchema.exactOptional().meta({
    description: 'The judging model (default: judge.model of sluice.yaml).',
    examples: ['openai:gpt-5.4-mini-2026-03-17'],
  }),
  systemPrompt: z
    .string()
    .exactOptional()
    .meta({ description: 'System message for the judging model.', examples: ['You grade summaries.'] }),
  prompt: z
    .string()
    .min(1)
    .meta({
      description: 'The question; {{completion}} stands for the output, other names for the variables of the case.',
      examples: ['Is this a good summary? {{completion}}'],
    }),
  choices: z
    .array(choiceSchema)
    .min(1)
    .meta({
      description: 'The possible answers and their scores.',
      examples: [
        [
          { choice: 'good', score: 1 },
          { choice: 'bad', score: 0 },
        ],
      ],
    }),
})

/** A judge that picks one of several answers: GitHub's `llm` evaluator. */
export interface ChoiceJudge {
  name: string
  /** `provider:model`; the project's judge when absent. */
  model?: string
  systemPrompt?: string
  /** Rendered with the case's variables, `expected` and `completion`. */
  prompt: string
  /** Scores in [0,1]. */
  choices: { choice: string; score: number }[]
  weight: number
}
