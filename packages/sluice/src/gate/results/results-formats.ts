/**
 * The tools whose results files are read, in the order in which they are tried. Apart from what reads them, so that
 * `--help` starts fast.
 */
export const resultsFormats = [
  'promptfoo',
  'deepeval',
  'inspect',
  'vitest-evals',
  'evalite',
  'langfuse',
  'langsmith',
  'junit',
] as const

export type ResultsFormat = (typeof resultsFormats)[number]
