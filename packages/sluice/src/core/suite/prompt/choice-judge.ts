import { z } from 'zod'
import { modelIdSchema } from '../models/model.ts'

const choiceSchema = z.strictObject({
  choice: z.string().min(1).meta({ description: 'An answer that the judge may give.' }),
  score: z.number().min(0).max(1).meta({ description: 'What the answer is worth, 0 to 1.' }),
})

/** The `llm` part of an evaluator in GitHub's format. */
export const choiceEvaluatorSchema = z.strictObject({
  modelId: modelIdSchema.exactOptional().meta({ description: "The judging model; by default the project's judge." }),
  systemPrompt: z.string().exactOptional().meta({ description: 'System message for the judging model.' }),
  prompt: z.string().min(1).meta({ description: 'The question; {{completion}} stands for the output.' }),
  choices: z.array(choiceSchema).min(1).meta({ description: 'The possible answers and their scores.' }),
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
