import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { loadProject } from '../../../src/core/suite/project/project.ts'
import { readBaseProject } from '../../../src/gate/base/base-project.ts'
import { succession } from '../../../src/gate/base/succession.ts'
import { openGit } from '../../../src/gate/git/git.ts'
import { commitAll } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

const env = { PATH: process.env.PATH, HOME: process.env.HOME, GIT_CONFIG_NOSYSTEM: '1' }

const prompt = (message: string, more = '') => `sluice: 1
${more}model: local:m
messages:
  - {role: system, content: Answer in one word and be kind about it.}
  - {role: user, content: "${message} {{q}}"}
checks: [{contains: yes}]
`
const suites = (name: string) => `suites: {fast: ../evals/${name}.yaml}\n`
const config = (more = '') =>
  `gate: {threshold: 0.5}\nproviders: {local: {kind: openai-compatible, baseURL: "http://127.0.0.1:1/v1"}}\n${more}`
const cases = (word: string) =>
  [1, 2, 3].map((n) => `- {id: ${word}${n}, tags: [t], vars: {q: ${word} ${n}}}\n`).join('')

function committed(files: Record<string, string>): Project {
  const project = createProject(files)
  commitAll(project, 'base')
  return project
}

function mail(): Project {
  return committed({
    'sluice.yaml': config(),
    'prompts/mail.prompt.yml': prompt('Mail:') + suites('mail'),
    'prompts/other.prompt.yml':
      'sluice: 1\nmodel: local:m\nmessages: [{role: user, content: "{{z}}"}]\nchecks: [{json: true}]\ntestData: [{z: 1}]\n',
    'evals/mail.yaml': cases('mail'),
  })
}

async function found(project: Project, folder = '') {
  const root = path.join(project.root, folder)
  const git = await openGit(root, env)
  assert.ok(git)
  const { config: now, prompts } = await loadProject({ root })
  const base = await readBaseProject(git, await git.resolve('HEAD'), { root, cwd: root, env })
  const changed = await git.changedSince(base.commit)
  const { predecessors, removed } = await succession(git, base, { prompts, config: now, changed, env })
  const pairs = [...predecessors].map(([feature, { prompt: from, note }]) => [feature, from.feature, note] as const)
  return { pairs: pairs.filter(([feature, from]) => feature !== 'other' || from !== 'other'), removed }
}

test('a renamed file goes on by what git calls a rename, committed or not', async () => {
  using project = mail()
  project.git('mv', 'prompts/mail.prompt.yml', 'prompts/reply.prompt.yml')
  project.write({ 'prompts/reply.prompt.yml': prompt('Shorten:') + suites('mail') })
  const { pairs, removed } = await found(project)
  assert.deepEqual(removed, [])
  assert.deepEqual(
    pairs.map(([now, then]) => [now, then]),
    [['reply', 'mail']],
  )
  assert.match(
    pairs[0]?.[2] ?? '',
    /renamed: git takes prompts\/reply\.prompt\.yml for what was prompts\/mail\.prompt\.yml/,
  )
})

test('a renamed and rewritten prompt goes on by the suite that both have, also if that was renamed', async () => {
  for (const suite of ['mail', 'letters']) {
    using project = mail()
    rmSync(path.join(project.root, 'prompts/mail.prompt.yml'))
    if (suite !== 'mail') project.git('mv', 'evals/mail.yaml', `evals/${suite}.yaml`)
    project.write({
      'prompts/reply.prompt.yml': `sluice: 1\nmodel: local:n\nmessages: [{role: user, content: "{{q}}"}]\n${suites(suite)}`,
    })
    const { pairs } = await found(project)
    assert.deepEqual(
      pairs.map(([now, then]) => [now, then]),
      [['reply', 'mail']],
    )
    assert.match(pairs[0]?.[2] ?? '', new RegExp(`measured by evals/${suite}\\.yaml`))
  }
})

test('another name in the same file is the same feature', async () => {
  using project = mail()
  project.write({ 'prompts/mail.prompt.yml': prompt('Shorten:', 'name: letter\n') + suites('mail') })
  const { pairs, removed } = await found(project)
  assert.deepEqual([pairs.map(([now, then]) => [now, then]), removed], [[['letter', 'mail']], []])
  assert.match(pairs[0]?.[2] ?? '', /was called "mail"/)
})

test('a project whose folder moved, or whose folder and settings changed, keeps its baselines', async () => {
  using project = createProject({})
  project.write({
    'apps/mail/sluice.yaml': config(),
    'apps/mail/prompts/mail.prompt.yml': prompt('Mail:') + suites('mail'),
    'apps/mail/evals/mail.yaml': cases('mail'),
    'apps/other/sluice.yaml': config('# another project\n'),
  })
  commitAll(project, 'base')
  project.git('mv', 'apps/mail', 'services')
  project.git('mv', 'services/prompts/mail.prompt.yml', 'services/prompts/letter.prompt.yml')
  const { pairs, removed } = await found(project, 'services')
  assert.deepEqual([pairs.map(([now, then]) => [now, then]), removed], [[['letter', 'mail']], []])
})

test('a feature that nothing goes on from is removed, with the likely cause', async () => {
  const lost: Record<string, [(project: Project) => void, RegExp]> = {
    deleted: [(project) => rmSync(path.join(project.root, 'prompts/mail.prompt.yml')), /^its file is gone$/],
    'glob narrowed': [
      (project) => project.write({ 'sluice.yaml': config('prompts: prompts/o*.prompt.yml\n') }),
      /^its file is still there, but does not match prompts: prompts\/o\*\.prompt\.yml$/,
    ],
    'renamed away, and a copy in its place': [
      (project) => {
        project.git('mv', 'prompts/mail.prompt.yml', 'mail.prompt.yml')
        project.write({ 'prompts/copy.prompt.yml': prompt('Mail:') + suites('mail') })
      },
      /^its file seems to be mail\.prompt\.yml now, which does not match/,
    ],
    'its file taken over by another': [
      (project) => {
        rmSync(path.join(project.root, 'prompts/other.prompt.yml'))
        project.write({ 'prompts/mail.prompt.yml': prompt('Mail:', 'name: other\n') + suites('mail') })
      },
      /^its file is now the feature "other"/,
    ],
  }
  for (const [what, [change, cause]] of Object.entries(lost)) {
    using project = mail()
    change(project)
    const { removed } = await found(project)
    assert.deepEqual(
      removed.map(({ feature, file }) => [feature, file]),
      [['mail', 'prompts/mail.prompt.yml']],
      what,
    )
    assert.match(removed[0]?.cause ?? '', cause, what)
  }
})

test('a project that is found in a folder above, since its own sluice.yaml is gone, has lost its features', async () => {
  using project = committed({
    'sluice.yaml': config(),
    'prompts/top.prompt.yml': prompt('Top:') + suites('top'),
    'evals/top.yaml': cases('top'),
    'app/sluice.yaml': config(),
    'app/prompts/mail.prompt.yml': prompt('Mail:') + suites('mail'),
    'app/evals/mail.yaml': cases('mail'),
  })
  rmSync(path.join(project.root, 'app/sluice.yaml'))
  const git = await openGit(project.root, env)
  assert.ok(git)
  const cwd = path.join(project.root, 'app')
  const { config: now, prompts } = await loadProject({ root: project.root })
  const base = await readBaseProject(git, await git.resolve('HEAD'), { root: project.root, cwd, env })
  const { removed } = await succession(git, base, { prompts, config: now, changed: [], env })
  assert.deepEqual(
    removed.map(({ feature }) => feature),
    ['mail'],
  )
})

test('a project without sluice.yaml keeps its baselines when it moves, and when it gets one elsewhere', async () => {
  const files = {
    'apps/mail/prompts/mail.prompt.yml': prompt('Mail:') + suites('mail'),
    'apps/mail/evals/mail.yaml': cases('mail'),
  }
  using moved = committed(files)
  moved.git('mv', 'apps/mail', 'letters')
  moved.write({ 'letters/prompts/mail.prompt.yml': prompt('Shorten:') + suites('mail') })
  using above = committed(files)
  above.write({
    'sluice.yaml': config('prompts: apps/*/prompts/*.prompt.yml\n'),
    'apps/mail/prompts/mail.prompt.yml': prompt('Shorten:') + suites('mail'),
  })
  for (const result of [await found(moved, 'letters'), await found(above)]) {
    assert.deepEqual(
      result.pairs.map(([now, then, note]) => [now, then, note?.includes('apps/mail/prompts/mail.prompt.yml')]),
      [['mail', 'mail', true]],
    )
    assert.deepEqual(result.removed, [])
  }
})

test('a prompt that takes over a name is told where the earlier one still lies', async () => {
  using project = mail()
  project.git('mv', 'prompts/mail.prompt.yml', 'mail.yml')
  project.write({ 'prompts/mail.prompt.yml': prompt('Easy:') + suites('mail') })
  assert.deepEqual((await found(project)).pairs, [['mail', 'mail', null]])
  project.git('mv', 'mail.yml', 'prompts/mail.prompt.yml', '-f')
  project.write({
    'prompts/new.prompt.yml': prompt('Easy:', 'name: mail\n') + suites('mail'),
    'sluice.yaml': config('prompts: prompts/{new,other}.prompt.yml\n'),
  })
  const { pairs } = await found(project)
  assert.match(pairs[0]?.[2] ?? '', /prompts\/mail\.prompt\.yml, which is still there but is no longer gated/)
})
