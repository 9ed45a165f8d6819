import type { Spending } from '../../core/answers/spending.ts'
import { endLeftProcesses } from '../../core/providers/processes/left-processes.ts'
import { createProgramStarter } from '../../core/providers/processes/program-starter.ts'
import { removeLeftWorkspaces } from '../../core/providers/targets/left-workspaces.ts'
import {
  createTarget,
  type OpenTarget,
  type TargetCall,
  type TargetOptions,
} from '../../core/providers/targets/target.ts'
import { targetVariables } from '../../core/providers/targets/target-environment.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { Target } from '../../core/suite/prompt/target.ts'
import type { VersionRole } from '../../records/report/case-detail.ts'
import { createTestedPromptFiles } from './tested-prompt-file.ts'

/** The applications under test of one run. */
export interface OpenTargets {
  /**
   * The way to call the application under test, which is told that this version is. The costs that it reports are
   * noted. What is started for it ends with the session. For one object and one version it is opened once.
   */
  target(target: Target, prompt: Prompt, role: VersionRole): OpenTarget
  /**
   * The environment in which a worktree is prepared for a target: without credentials, but with what its `env` says.
   */
  setupEnvironment(target: Target): NodeJS.ProcessEnv
}

export interface OpenTargetsOptions extends Omit<TargetOptions, 'tested'> {
  plainEnv: Exclude<TargetOptions['plainEnv'], undefined>
  processFolder: string
  /** Where the versions under test are written for the applications. */
  versionFolder: string
  runId: string
  spending: Spending
}

/** Ends what an earlier run has left behind; nothing is started yet. `close` ends what was. */
export function createOpenTargets(options: OpenTargetsOptions): OpenTargets & { close(): Promise<void> } {
  const { versionFolder, runId, spending, ...own } = options
  endLeftProcesses(own.processFolder)
  const programs = createProgramStarter(own.processFolder)
  removeLeftWorkspaces()
  const opened = new Map<Target, Map<string, OpenTarget>>()
  const promptFiles = createTestedPromptFiles(versionFolder, runId)
  const open = (target: Target, prompt: Prompt, role: VersionRole) => {
    const hasProcess = target.kind !== 'http' || target.start !== undefined
    const promptFile = hasProcess ? promptFiles.place(prompt, role) : undefined
    let written: Promise<void> | undefined
    const writeOnce = async () => {
      if (promptFile !== undefined) written ??= promptFiles.write(prompt, role)
      await written
    }
    const asked = createTarget(target, { ...own, programs, tested: { prompt, role, promptFile } })
    const call: TargetCall = async (vars, context) => {
      await writeOnce()
      const completion = await asked(vars, context)
      spending.add(completion, { feature: prompt.feature, model: 'application', stage: 'generation' })
      return completion
    }
    const openWritten = async () => {
      await writeOnce()
      await asked.open()
    }
    return Object.assign(call, { open: openWritten, close: asked.close })
  }
  return {
    target(target, prompt, role) {
      const versions = opened.get(target) ?? new Map<string, OpenTarget>()
      const key = `${role} ${prompt.id}`
      const found = versions.get(key) ?? open(target, prompt, role)
      opened.set(target, versions.set(key, found))
      return found
    },
    setupEnvironment: (target) => ({ ...own.plainEnv, ...targetVariables(target, own.env) }),
    async close() {
      const all = [...opened.values()].flatMap((versions) => [...versions.values()])
      try {
        await Promise.all(all.map((each) => each.close()))
      } finally {
        await programs.close()
        promptFiles.close()
      }
    },
  }
}
