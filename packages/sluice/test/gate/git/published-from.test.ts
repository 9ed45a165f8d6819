import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publishedFrom } from '../../../src/gate/git/published-from.ts'
import { commitAll } from '../../support/gate-project.ts'
import { createProject } from '../../support/project.ts'

const file = 'prompts/summary.prompt.yml'

test('a version is published from the commit that has its file as it is, and from none if no commit has it', async () => {
  using project = createProject({ [`apps/mail/${file}`]: 'a', other: 'b' })
  const root = `${project.root}/apps/mail`
  const env = { PATH: process.env.PATH }
  assert.deepEqual(await publishedFrom(file, root, env), { source: null, origin: undefined })
  const commit = commitAll(project, 'first')
  const origin = { commit, repository: null, project: 'apps/mail/', file }
  assert.deepEqual(await publishedFrom(file, root, env), { source: commit, origin })
  project.git('remote', 'add', 'origin', 'https://x:secret@github.com/acme/mail.git')
  project.write({ other: 'changed' })
  assert.deepEqual((await publishedFrom(file, root, env)).origin, { ...origin, repository: 'acme/mail' })
  const inCi = await publishedFrom(file, root, { ...env, GITHUB_REPOSITORY: 'acme/fork' })
  assert.equal(inCi.origin?.repository, 'acme/fork')
  project.write({ [`apps/mail/${file}`]: 'changed' })
  assert.deepEqual(await publishedFrom(file, root, env), { source: `${commit} with changes`, origin: undefined })
})
