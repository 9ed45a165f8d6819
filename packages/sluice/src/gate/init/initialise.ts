import { existsSync } from 'node:fs'
import path from 'node:path'
import { judgeMembers } from '../../core/suite/config/judge-settings.ts'
import { configFileName, loadConfig } from '../../core/suite/config/load-config.ts'
import { keyVariable } from '../../core/suite/models/key-variable.ts'
import { providerName } from '../../core/suite/models/model.ts'
import { implicitProviders } from '../../core/suite/models/provider-settings.ts'
import { diskFiles } from '../../core/suite/project-files.ts'
import { gateExisting } from './existing-prompt.ts'
import type { GitPlace } from './git-place.ts'
import type { ReliedOn } from './kept-files.ts'
import { type ModelChoice, modelsFor, type NewModels } from './models.ts'
import type { NewFile } from './new-files.ts'
import { newProject } from './new-project.ts'
import type { Start } from './next-steps.ts'
import { type TargetKind, targetProject } from './target-project.ts'
import { workflowFiles } from './workflows.ts'

export interface InitRequest extends ModelChoice {
  /** Absolute. */
  folder: string
  /** A name as `featureName` makes it. */
  feature: string
  /** An existing prompt file, absolute. */
  prompt?: string | undefined
  target?: TargetKind | undefined
  /** Undefined: workflows unless the project is known to be elsewhere. */
  github?: boolean | undefined
}

export interface InitPlan {
  files: NewFile[]
  start: Start
  /** What the files rely on in a sluice.yaml that is there already. */
  wanted: ReliedOn
  hasWorkflows: boolean
}

/** What is to be written, for what was asked and what is there; nothing is written yet. */
export async function planInit(request: InitRequest, place: GitPlace): Promise<InitPlan> {
  const asked = await planFeature(request)
  const hasWorkflows = request.github ?? place.mayBeOnGithub
  const workflows = hasWorkflows ? await workflowFiles(asked.keys) : []
  const { files, start, wanted } = asked
  return { files: [...files, ...workflows], start, wanted, hasWorkflows }
}

interface FeaturePlan extends Pick<InitPlan, 'files' | 'start' | 'wanted'> {
  /** The variables of keys that the workflows hand over. */
  keys: readonly string[]
}

async function planFeature({ folder, feature, prompt, target, github, ...choice }: InitRequest): Promise<FeaturePlan> {
  if (prompt !== undefined) {
    const gated = await gateExisting(prompt, folder)
    return { files: gated.files, start: { kind: 'prompt', gated }, wanted: { prompt: gated.file }, keys: gated.keys }
  }
  if (target !== undefined) {
    const models = modelsFor(choice.model || choice.provider ? choice : { provider: 'anthropic' })
    const files = await targetProject(target, feature, models)
    return {
      files,
      start: { kind: 'target', feature },
      wanted: wantedOf(feature, models),
      keys: keysOf(models),
    }
  }
  const isWorkflowsAlone = github === true && !choice.model && !choice.provider && hasConfig(folder)
  if (isWorkflowsAlone) {
    const keys = await keysOfProject(folder)
    return { files: [], start: { kind: 'workflows', keys }, wanted: {}, keys }
  }
  const models = modelsFor(choice)
  const keys = keysOf(models)
  const start: Start = models.isRecorded ? { kind: 'recorded', feature } : { kind: 'model', feature, keys }
  return { files: await newProject({ feature, models }), start, wanted: wantedOf(feature, models), keys }
}

const hasConfig = (folder: string) => existsSync(path.join(folder, configFileName))

const keysOf = ({ keyVariable: key }: NewModels) => (key === undefined ? [] : [key])

/** The keys that the judge of a project needs, and its own providers. */
async function keysOfProject(folder: string): Promise<string[]> {
  const { config } = await loadConfig(diskFiles(folder), folder)
  const judges = judgeMembers(config.judge).map(({ model }) => providerName(model))
  const implicit = implicitProviders.filter((name) => judges.includes(name) && !Object.hasOwn(config.providers, name))
  const configured = Object.entries(config.providers).flatMap(([name, { kind, apiKeyEnv }]) =>
    kind === 'replay' || apiKeyEnv === undefined ? [] : [keyVariable(name, { kind, apiKeyEnv })],
  )
  return [...new Set([...implicit.map((name) => keyVariable(name, { kind: name })), ...configured])]
}

function wantedOf(feature: string, { isRecorded, judge, providers }: NewModels): ReliedOn {
  const prompt = `prompts/${feature}.prompt.yml`
  if (isRecorded) {
    const provider = { name: 'recorded', line: 'recorded: {kind: replay, files: recordings/*.jsonl}' }
    return { prompt, judge, provider }
  }
  const line = providers?.split('\n').find((text) => text.startsWith('  local:'))
  return { prompt, ...(line !== undefined && { provider: { name: 'local', line: line.trim() } }) }
}
