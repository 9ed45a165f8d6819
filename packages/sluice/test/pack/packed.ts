import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type PackedPackage, packInto } from '../../../../scripts/release/packages.ts'

/** Both tarballs as they would be published, and a folder around them. */
export interface Packed {
  folder: string
  client: PackedPackage
  sluice: PackedPackage
}

let once: Packed | undefined

/** Packs once for all tests of a process, which only read what is there; it goes with the process. */
export function packed(): Packed {
  once ??= pack()
  return once
}

function pack(): Packed {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-packed-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const [client, sluice] = packInto(path.join(folder, 'vendor'))
  if (!client || !sluice) throw new Error('npm packed less than two packages')
  return { folder, client, sluice }
}
