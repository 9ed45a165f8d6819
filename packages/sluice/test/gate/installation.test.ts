import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import manifest from '../../package.json' with { type: 'json' }
import { installationIn, shellWord, vendorCommands } from '../../src/gate/installation.ts'
import { createProject } from '../support/project.ts'

/** Whether a clone has sluice, if the package.json of `app/mail` or of the root names it so. */
function isInClone(specifier: string, file = 'app/mail/package.json'): boolean | undefined {
  using project = createProject({
    [file]: JSON.stringify({ devDependencies: { sluice: specifier } }),
    'app/mail/x': '',
  })
  project.git('init', '-q')
  return installationIn(path.join(project.root, 'app/mail'))?.isInClone
}

test('a clone has what a registry or the repository has, and no folder beside it', () => {
  for (const specifier of [
    '^1.0.0',
    'npm:other@1',
    'file:vendor/sluice.tgz',
    './vendor/sluice.tgz',
    'file:../../tools',
    'workspace:*',
  ])
    assert.equal(isInClone(specifier), true, specifier)
  for (const specifier of [
    'file:../../..',
    'file:../../../sluice/packages/sluice',
    '../../../s.tgz',
    'link:/opt/sluice',
    '/opt/s.tgz',
  ])
    assert.equal(isInClone(specifier), false, specifier)
  assert.equal(isInClone('file:../sluice', 'package.json'), false)
  assert.equal(isInClone('file:vendor/sluice.tgz', 'package.json'), true)
})

test('without a package.json that names it, or with one that is none, nothing is known', () => {
  using project = createProject({
    'a/package.json': '{"dependencies": {"other": "1"}}',
    'b/package.json': '{',
    'd/package.json': 'null',
    'e/package.json': '{"dependencies": {"sluice": 1}, "devDependencies": "sluice"}',
  })
  for (const folder of ['a', 'b', 'c', 'd', 'e'])
    assert.equal(installationIn(path.join(project.root, folder)), undefined)
})

test('a section of a package.json that is odd hides none of the others', () => {
  using project = createProject({
    'package.json': '{"dependencies": ["a"], "devDependencies": {"sluice": "^1.0.0"}, "optionalDependencies": null}',
  })
  assert.equal(installationIn(project.root)?.specifier, '^1.0.0')
})

test('check warns of a link that leads out of the repository, and says what to do', async () => {
  using project = createProject({ 'package.json': '{"devDependencies": {"sluice": "file:../sluice"}}' })
  assert.equal((await project.sluice(['init'])).code, 0)
  const { code, stdout } = await project.sluice(['check'])
  assert.equal(code, 0)
  assert.match(stdout, /^package\.json:1:1: warning: names sluice by "file:\.\.\/sluice", outside of this repository/)
  assert.ok(stdout.includes(`by one command after the other: ${vendorCommands().join(', ')}\n`))
  project.write({ 'package.json': '{"devDependencies": {"sluice": "file:vendor/sluice.tgz"}}' })
  assert.equal((await project.sluice(['check'])).stdout, '')
})

test('init says how sluice comes along, where the project does not keep it yet', async () => {
  using project = createProject({ 'package.json': '{"devDependencies": {"sluice": "file:../sluice"}}' })
  const { stdout } = await project.sluice(['init'])
  const step = ['keep sluice with the project:', ...vendorCommands(), ''].join('\n       ').trimEnd()
  assert.ok(stdout.includes(`${step}\n`), stdout)
  project.write({ 'package.json': '{"devDependencies": {"sluice": "file:vendor/sluice.tgz"}}' })
  assert.doesNotMatch((await project.sluice(['init', '--force'])).stdout, /npm (pack|install)/)
})

test('the commands, which every shell takes, pack the sluice that runs, and install the tarball that this makes', () => {
  const folder = path.join(import.meta.dirname, '../..')
  assert.deepEqual(vendorCommands(), [
    'mkdir vendor',
    `npm pack --pack-destination vendor ${shellWord(folder)}`,
    `npm install --save-dev ./vendor/sluice-${manifest.version}.tgz`,
  ])
  for (const command of vendorCommands()) assert.doesNotMatch(command, /&&|;| -p /)
  assert.equal(shellWord("/a b/it's", 'linux'), String.raw`'/a b/it'\''s'`)
  assert.equal(shellWord(String.raw`C:\a b\sluice`, 'win32'), String.raw`"C:\a b\sluice"`)
})
