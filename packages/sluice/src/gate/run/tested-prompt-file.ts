import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'

/** Prompt files of the versions under test, for the applications that are started for a run. */
export interface TestedPromptFiles {
  /** Writes the version, and returns its absolute path; undefined for a prompt without messages. */
  write(prompt: Prompt, arm: string): string | undefined
  /** Removes all of them. */
  close(): void
}

/** The files are this run's own, since another one may test the same versions and end earlier. */
export function createTestedPromptFiles(folder: string, runId: string): TestedPromptFiles {
  const written = new Set<string>()
  return {
    write(prompt, arm) {
      if (prompt.messages.length === 0) return undefined
      const file = path.join(folder, `${prompt.feature}-${arm}-${runId}.prompt.yml`)
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      writeFileSync(file, promptFileOf(prompt), { mode: 0o600 })
      written.add(file)
      return file
    },
    close() {
      for (const file of written) rmSync(file, { force: true })
    },
  }
}

/** The prompt file of a version, as JSON, which is YAML too. What scores its answers is left out. */
function promptFileOf({ strict, feature, label, model, parameters, messages, inputs, defaults }: Prompt): string {
  const file = {
    ...(strict && { sluice: 1 }),
    name: feature,
    ...(label !== undefined && { version: label }),
    model,
    modelParameters: parameters,
    messages,
    ...(inputs && { inputs }),
    ...(defaults && { defaults }),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}
