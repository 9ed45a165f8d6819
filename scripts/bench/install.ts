import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const workspace = path.join(import.meta.dirname, '../..')

/** Packs `sluice` and installs it as a user does, into an empty folder; needs the npm registry. */
export async function measureInstall(): Promise<{ megabytes: number; packages: number }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-install-'))
  try {
    const npm = (...args: string[]) =>
      execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const packed = npm('pack', '--workspace', 'sluice', '--prefix', workspace, '--pack-destination', folder, '--json')
    const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }]
    writeFileSync(path.join(folder, 'package.json'), '{"private": true}')
    npm('install', '--prefix', folder, '--omit=dev', '--no-audit', '--no-fund', path.join(folder, filename))
    const packages = readdirSync(path.join(folder, 'node_modules'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => /(^|\/)node_modules\/(@[^/]+\/)?[^/@.]+\/package\.json$/.test(`node_modules/${file}`),
    ).length
    return { megabytes: sizeOf(path.join(folder, 'node_modules')) / 1e6, packages }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0)
}
