import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { createTarget } from '../../../src/core/providers/targets/target.ts'
import { compileCheck } from '../../../src/core/scorers/checks/check.ts'
import type { Config } from '../../../src/core/suite/config/config.ts'
import { loadProject } from '../../../src/core/suite/project/project.ts'
import { diskFiles } from '../../../src/core/suite/project-files.ts'
import type { Prompt } from '../../../src/core/suite/prompt/prompt.ts'
import { casesOf } from '../../../src/core/suite/prompt/suites.ts'
import { readRecordings } from '../../../src/core/suite/recordings.ts'
import { gateScope } from '../../../src/gate/scope.ts'
import { type Change, change, createRepository, filesOf, type Layout, layouts } from './random-project.ts'

const runs = Number(process.env.SLUICE_SCOPE_RUNS ?? 2)
const seed = Number(process.env.SLUICE_SCOPE_SEED ?? 20251125)
const env = { PATH: process.env.PATH, HOME: process.env.HOME, GIT_CONFIG_NOSYSTEM: '1' }

/** An edit of each of these files that decide, by their places in the list, committed or not by turns; see `change`. */
function editsOf(...places: number[]): Change[] {
  return places.map((place) => ({ which: 4 * place + 1, how: 'edit', kept: place % 2 === 0 ? 'commit' : 'leave' }))
}

const insideTheProject = {
  suite: 'inside',
  recordings: 'inside',
  prompt: 'inside',
  check: 'contains',
  manifest: false,
} as const

/** Tried before random ones: what has been missed before. */
const examples: [Layout][] = [
  [
    {
      folder: 'apps/mail',
      suite: 'outside',
      recordings: 'linkedFile',
      prompt: 'submodule',
      answers: 'recorded',
      check: 'module',
      library: 'outside',
      paths: false,
      manifest: true,
      changes: editsOf(0, 1, 2, 3, 4, 5, 7),
    },
  ],
  [
    {
      folder: '',
      suite: 'linkedFile',
      recordings: 'linkedFolder',
      prompt: 'linkedFolder',
      answers: 'module',
      check: 'caseModule',
      library: 'workspace',
      paths: false,
      manifest: true,
      changes: editsOf(0, 1, 2, 3, 4, 6, 8),
    },
  ],
  // The library is a page of documentation that the application reads, or lies behind a link that its paths name.
  [{ ...insideTheProject, folder: '', answers: 'module', library: 'page', paths: false, changes: editsOf(5) }],
  [
    {
      ...insideTheProject,
      folder: 'apps/mail',
      answers: 'command',
      library: 'linkedFolder',
      paths: true,
      changes: editsOf(5, 6),
    },
  ],
]

/** By feature, a score for each case or what kept it from having one. */
type Scores = Map<string, string>

/** Evaluates every feature of a project as the gate with --all would. */
async function scoresOf(repository: string, folder: string): Promise<Scores> {
  const root = path.join(repository, folder)
  const files = diskFiles(root)
  const { config, prompts } = await loadProject({ root, files })
  const scores: Scores = new Map()
  for (const prompt of prompts) {
    const each: string[] = []
    try {
      for await (const testCase of casesOf(files, prompt, 'fast', { root })) {
        const output = await outputOf(prompt, config, testCase.id, testCase.vars).catch(() => undefined)
        const checks = [...prompt.checks, ...testCase.checks].map(async (spec) => {
          if (output === undefined) return 'no answer'
          const subject = { output, case: testCase, completion: { output } }
          return String((await compileCheck(spec).run(subject as never)).score)
        })
        each.push(`${testCase.id} ${(await Promise.all(checks.map((check) => check.catch(() => 'error')))).join(' ')}`)
      }
    } catch {
      each.push('unreadable')
    }
    scores.set(prompt.feature, each.join(', '))
  }
  return scores
}

async function outputOf(prompt: Prompt, config: Config, id: string, vars: Record<string, unknown>): Promise<string> {
  if (prompt.target) {
    const call = createTarget(prompt.target, { env, concurrency: 1 })
    return (await call(vars, { caseId: id, repeat: 1, signal: new AbortController().signal } as never)).output
  }
  const globs = config.providers.recorded?.files ?? []
  for await (const { case: of, model, output } of readRecordings(diskFiles(config.root), globs)) {
    if (of === id && `recorded:${model}` === prompt.model) return output ?? ''
  }
  throw new Error('no recording')
}

async function affectedFeatures(root: string): Promise<Map<string, boolean>> {
  const files = diskFiles(root)
  const { config, prompts, caseCounts } = await loadProject({ root, files })
  const { features } = await gateScope(
    { config, prompts, files, caseCounts },
    { base: 'main' },
    { env, cwd: () => root },
  )
  return new Map(features.map(({ prompt, affected }) => [prompt.feature, affected]))
}

test('the gate evaluates a feature whenever its scores before and after a change differ', async () => {
  let different = 0
  let left = 0
  const holds = async (layout: Layout) => {
    const place = realpathSync(mkdtempSync(path.join(tmpdir(), 'sluice-scope-')))
    const copy = (name: string) => {
      cpSync(path.join(place, 'base'), path.join(place, name), { recursive: true, verbatimSymlinks: true })
      return path.join(place, name)
    }
    try {
      const written = filesOf(layout)
      mkdirSync(path.join(place, 'base'))
      createRepository(path.join(place, 'base'), written)
      const before = await scoresOf(copy('before'), layout.folder)
      for (const [index, each] of layout.changes.entries()) {
        // Each in a place of its own, so that no module is one that was loaded before.
        const root = copy(`after-${index}`)
        const what = change(root, written, each)
        const after = await scoresOf(root, layout.folder)
        const affected = await affectedFeatures(path.join(root, layout.folder))
        for (const [feature, score] of after) {
          if (before.get(feature) === score) {
            left += affected.get(feature) ? 0 : 1
            continue
          }
          different++
          assert.equal(affected.get(feature), true, `${what}: ${feature} was ${before.get(feature)}, is ${score}`)
        }
      }
    } finally {
      rmSync(place, { recursive: true, force: true })
    }
  }
  await fc.assert(fc.asyncProperty(layouts, holds), { numRuns: runs, seed, examples, endOnFailure: true })
  assert.ok(different > runs, `only ${different} scores were changed`)
  assert.ok(left > runs, `only ${left} features were left out`)
})
