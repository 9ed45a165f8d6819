import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type PackedPackage, packInto } from '../../../../scripts/release/packages.ts'

/** Both tarballs as they would be published, in a folder that goes with the variable that holds it. */
export interface Packed extends Disposable {
  folder: string
  client: PackedPackage
  sluice: PackedPackage
}

export function packed(): Packed {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-packed-'))
  const [client, sluice] = packInto(path.join(folder, 'vendor'))
  if (!client || !sluice) throw new Error('npm packed less than two packages')
  return { folder, client, sluice, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Reads one file out of a tarball. */
export function readPacked({ file }: PackedPackage, name: string): string {
  return execFileSync('tar', ['-xzOf', file, `package/${name}`], { encoding: 'utf8' })
}

/** Runs npm where a user would, from its cache if that has what is needed, otherwise from the registry. */
export function npm(cwd: string, ...args: string[]): string {
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  return execFileSync('npm', [...args, ...flags], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Whether an error of npm says only that it reached no registry. */
export function isWithoutRegistry(error: unknown): boolean {
  const { stderr } = error as { stderr?: string }
  return /\b(ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/.test(stderr ?? '')
}
