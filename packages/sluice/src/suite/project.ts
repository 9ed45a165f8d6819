import type { Config } from './config.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Prompt } from './prompt.ts'

/** Everything that a project's files say, and everything that is wrong with them. */
export interface Project {
  config: Config
  prompts: Prompt[]
  /** Errors and warnings, in the order of file and line. */
  diagnostics: Diagnostic[]
}
