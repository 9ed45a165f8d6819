import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { writtenMessages } from '../../core/suite/models/content-parts.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'

/** Prompt files of the versions under test, for the applications that are started for a run. */
export interface TestedPromptFiles {
  /** The absolute path of the version's file, which `write` writes; undefined for a prompt without messages. */
  place(prompt: Prompt, role: string): string | undefined
  write(prompt: Prompt, role: string): Promise<void>
  /** Removes all of them. */
  close(): void
}

/** The files are this run's own, since another one may test the same versions and end earlier. */
export function createTestedPromptFiles(folder: string, runId: string): TestedPromptFiles {
  /** The text of each file. */
  const written = new Map<string, string>()
  const place = ({ feature, messages }: Prompt, role: string) =>
    messages.length === 0 ? undefined : path.join(folder, `${feature}-${role}-${runId}.prompt.yml`)
  return {
    place,
    async write(prompt, role) {
      const file = place(prompt, role)
      if (file === undefined) return
      const text = await promptFileOf(prompt)
      // The run without some files is told of the same version, while the application may be reading the file.
      if (written.get(file) === text) return
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      writeFileSync(file, text, { mode: 0o600 })
      written.set(file, text)
    },
    close() {
      for (const file of written.keys()) rmSync(file, { force: true })
    },
  }
}

/** The prompt file of a version, as JSON, which is YAML too. What scores its answers is left out. */
async function promptFileOf(prompt: Prompt): Promise<string> {
  const { strict, feature, label, model, parameters, messages, inputs, defaults, tools, toolChoice, maxSteps } = prompt
  const file = {
    ...(strict && { sluice: 1 }),
    name: feature,
    ...(label !== undefined && { version: label }),
    model,
    modelParameters: parameters,
    messages: await writtenMessages(messages),
    ...(tools && { tools }),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(maxSteps !== undefined && { maxSteps }),
    ...(inputs && { inputs }),
    ...(defaults && { defaults }),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}
