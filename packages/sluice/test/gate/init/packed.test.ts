import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import manifest from '../../../package.json' with { type: 'json' }

const packageFolder = path.join(import.meta.dirname, '../../..')
const installed = path.join(packageFolder, '../../node_modules')

/** Unpacks the tarball that would be published beside its dependencies, without a registry; returns its bin. */
function installPacked(folder: string): string {
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
  execFileSync('npm', pack, { cwd: packageFolder, stdio: 'ignore' })
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  const modules = path.join(folder, 'node_modules')
  mkdirSync(path.join(modules, 'sluice'), { recursive: true })
  execFileSync('tar', ['-xzf', path.join(folder, tarball), '-C', path.join(modules, 'sluice'), '--strip-components=1'])
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true })
    symlinkSync(path.join(installed, name), path.join(modules, name))
  }
  return path.join(modules, 'sluice', manifest.bin.sluice)
}

test('what is published has all that init writes: from an empty folder to a passing gate', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-packed-'))
  try {
    const bin = installPacked(folder)
    const run = (cwd: string, ...args: string[]) =>
      spawnSync(process.execPath, [bin, ...args], {
        cwd,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, NO_COLOR: '1' },
      })
    const made = run(folder, 'init', 'demo')
    assert.equal(made.status, 0, made.stderr)
    const { status, stdout, stderr } = run(path.join(folder, 'demo'), 'gate', '--all')
    assert.equal(status, 0, stdout + stderr)
    assert.match(stdout, /^PASS {2}ticket-triage/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
