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
