import type { NewModels } from './models.ts'
import { fromTemplates, type NewFile, type TemplateOf } from './new-files.ts'

/** The ways in which an application is asked. */
export const targetKinds = ['module', 'command', 'http'] as const
export type TargetKind = (typeof targetKinds)[number]

const application: TemplateOf = ['app/answer.mjs', 'target/answer.mjs']

/** The lines of each kind in the prompt file, and what stands in for the application. */
const kinds: Record<TargetKind, { target: string; files: TemplateOf[] }> = {
  module: { target: '  module: ../app/answer.mjs', files: [application] },
  command: {
    target:
      '  command: [node, app/main.mjs]\n  # workspace: {files: agent, state: ["out/**"]}  # a new folder for each run, with these files',
    files: [application, ['app/main.mjs', 'target/command.mjs']],
  },
  http: {
    target:
      '  http: {url: "http://127.0.0.1:{port}/"}\n  start: [node, app/server.mjs]  # starts one server for each version; {port} is a free port\n  # ready: /healthz         # when it may be asked; without it, once its port is open',
    files: [application, ['app/server.mjs', 'target/server.mjs']],
  },
}

/** A project that gates an application: no key is needed, since checks alone score it. */
export function targetProject(kind: TargetKind, feature: string, models: NewModels): Promise<NewFile[]> {
  const { target, files } = kinds[kind]
  const { model, judge, providers = '' } = models
  return fromTemplates(
    [
      ['sluice.yaml', 'sluice.yaml'],
      [`prompts/${feature}.prompt.yml`, 'target/prompt.yml'],
      [`evals/${feature}.fast.yaml`, 'target/fast.yaml'],
      ...files,
    ],
    { FEATURE: feature, MODEL: model, JUDGE: judge, PROVIDERS: providers, TARGET: target },
  )
}
