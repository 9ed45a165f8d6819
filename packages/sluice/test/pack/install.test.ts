import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { root } from '../../../../scripts/release/packages.ts'
import { isWithoutRegistry, npm } from '../support/processes/npm.ts'
import { createProject, type Project } from '../support/project.ts'
import { type Packed, packed } from './packed.ts'

/**
 * A project as its author makes it, with the tarball in its repository, and a clone of that as CI has it: of this checkout
 * neither knows anything.
 */
let both: Packed
let project: Project
let clone: string
let withoutRegistry = false

/** Runs a program of the clone, as `npx` finds it. */
function run(cwd: string, program: string, ...args: string[]) {
  const bin = path.join(clone, 'node_modules/.bin')
  // The Node of this test, not one that the machine happens to have.
  const PATH = [bin, path.dirname(process.execPath), process.env.PATH].join(path.delimiter)
  return spawnSync(program, args, { cwd, encoding: 'utf8', env: { PATH, NO_COLOR: '1' } })
}

describe('a clone of a project that keeps the tarball, after npm ci', () => {
  before(() => {
    both = packed()
    project = createProject({
      'app/package.json': '{"private": true, "type": "module"}',
      'app/.gitignore': 'node_modules\n',
    })
    const author = path.join(project.root, 'app')
    cpSync(path.join(both.folder, 'vendor'), path.join(author, 'vendor'), { recursive: true })
    try {
      // As `npm install` does, but nothing is unpacked: the clone is what runs.
      npm(author, 'install', '--package-lock-only', '--save-dev', `./vendor/${both.sluice.tarball}`)
      project.git('-C', 'app', 'init', '-q')
      project.git('-C', 'app', 'add', '-A')
      project.git('-C', 'app', 'commit', '-qm', 'Bring sluice along')
      project.git('clone', '-q', 'app', 'ci/clone')
      clone = path.join(project.root, 'ci/clone')
      npm(clone, 'ci', '--ignore-scripts')
    } catch (error) {
      if (!isWithoutRegistry(error)) throw error
      withoutRegistry = true
    }
  })
  after(() => project[Symbol.dispose]())

  const check = (name: string, work: () => void) =>
    test(name, (context) =>
      withoutRegistry ? context.skip('no registry, and the cache of npm lacks a dependency') : work(),
    )

  check('has sluice alone, as a folder and not as a link, and not the client', () => {
    assert.equal(lstatSync(path.join(clone, 'node_modules/sluice')).isDirectory(), true)
    assert.equal(existsSync(path.join(clone, 'node_modules/@sluice')), false)
    const { devDependencies } = JSON.parse(readFileSync(path.join(clone, 'package.json'), 'utf8'))
    assert.deepEqual(devDependencies, { sluice: `file:vendor/${both.sluice.tarball}` })
    assert.equal(run(clone, 'sluice', '--version').stdout, `${both.sluice.version}\n`)
  })

  check('goes from init to a passing gate', () => {
    const made = run(clone, 'sluice', 'init', 'demo')
    assert.equal(made.status, 0, made.stderr)
    // Nothing is left to install: the project that was just made stands in one that has sluice.
    assert.doesNotMatch(made.stdout, /npm (install|pack)/)
    const { status, stdout, stderr } = run(path.join(clone, 'demo'), 'sluice', 'gate', '--all')
    assert.equal(status, 0, stdout + stderr)
    assert.match(stdout, /^PASS {2}ticket-triage/)
  })

  check('imports sluice, its statistics and its schemas', () => {
    const script = `
      import { loadProject, readReport } from 'sluice'
      import { gateSequential } from 'sluice/stats'
      import config from 'sluice/schemas/config.schema.json' with { type: 'json' }
      console.log([loadProject, readReport, gateSequential].map((value) => typeof value).join(), typeof config.properties)
    `
    const { stdout, stderr } = run(clone, process.execPath, '--input-type=module', '--eval', script)
    assert.equal(stdout, 'function,function,function object\n', stderr)
  })

  check('has types that hold by themselves', () => {
    const client = path.join(clone, 'node_modules/@sluice/client')
    mkdirSync(client, { recursive: true })
    execFileSync('tar', ['-xzf', both.client.file, '-C', client, '--strip-components=1'])
    writeFileSync(
      path.join(clone, 'typed.ts'),
      `import { SluiceClient } from '@sluice/client'
import { loadProject, type Report } from 'sluice'
import { gateSequential } from 'sluice/stats'
export const all: unknown[] = [SluiceClient, gateSequential, (report: Report) => report.verdict]
export const project = loadProject({ root: '.' })
// @ts-expect-error a number is no folder
export const none = loadProject({ root: 1 })
`,
    )
    const tsc = path.join(root, 'node_modules/.bin/tsc')
    const types = ['--types', 'node', '--typeRoots', path.join(root, 'node_modules/@types')]
    const strict = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--lib',
      'es2024,esnext.disposable',
    ]
    const { status, stdout } = run(clone, tsc, ...strict, ...types, 'typed.ts')
    assert.equal(status, 0, stdout)
  })
})
