import assert from 'node:assert/strict'
import path from 'node:path'
import { loadProject } from '../../../src/core/suite/project/project.ts'
import { diskFiles } from '../../../src/core/suite/project-files.ts'
import { gateScope } from '../../../src/gate/scope.ts'
import { commitAll } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

const env = { PATH: process.env.PATH, HOME: process.env.HOME, GIT_CONFIG_NOSYSTEM: '1' }

/** A prompt file with one case, and more settings. */
export const prompt = (more: string) => `sluice: 1
name: a
model: recorded:m
messages: [{role: user, content: "{{q}}"}]
testData: [{q: a}]
${more}`

/** A project whose files are committed. */
export function committed(files: Record<string, string>, folder = ''): Project {
  const project = createProject({
    [path.posix.join(folder, 'sluice.yaml')]:
      'providers: {recorded: {kind: replay, files: r.jsonl}, judge: {kind: replay, files: "judge/*.jsonl"}, vectors: {kind: replay, files: v.jsonl}}\njudge: {model: judge:j}\nembedding: {model: vectors:e}\n',
    [path.posix.join(folder, 'r.jsonl')]: '{"case":"testData-1","model":"m","output":"yes"}\n',
    [path.posix.join(folder, 'judge/a.jsonl')]: '{"case":"testData-1","model":"j","output":"yes"}\n',
    [path.posix.join(folder, 'v.jsonl')]: '{"case":"testData-1","model":"e","output":"[1]"}\n',
    ...files,
  })
  commitAll(project, 'base')
  return project
}

/** Why the feature is affected by a change, which is taken back afterwards; null where it is not. */
export async function reasons(project: Project, folder: string, change: () => void): Promise<string | null> {
  change()
  const root = path.join(project.root, folder)
  const files = diskFiles(root)
  const { config, prompts, caseCounts } = await loadProject({ root, files })
  const { features } = await gateScope(
    { config, prompts, files, caseCounts },
    { base: 'HEAD' },
    { env, cwd: () => root },
  )
  project.git('-c', 'alias.back=!git reset -q --hard && git clean -qfd', 'back')
  const [feature] = features
  assert.ok(feature)
  assert.equal(feature.affected, feature.because.length > 0)
  return feature.affected ? feature.because.join('\n') : null
}
