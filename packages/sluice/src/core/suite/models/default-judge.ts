import type { ModelParameters } from './model.ts'

/**
 * The judge of a project that names none, and what it is asked with unless the project says otherwise: without
 * thinking, which would take its answer's tokens, and without a temperature, which the model refuses.
 */
export const defaultJudge: { model: string; parameters: ModelParameters } = {
  model: 'anthropic:claude-haiku-5-5',
  parameters: { temperature: null, reasoningEffort: 'none' },
}

/** The parameters of a judge: those of the default apply wherever its model judges, beneath what a file sets. */
export function judgeParameters(model: string, written: ModelParameters = {}): ModelParameters {
  return model === defaultJudge.model ? { ...defaultJudge.parameters, ...written } : written
}
