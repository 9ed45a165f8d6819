import { existsSync } from 'node:fs'
import path from 'node:path'
import { SluiceError } from './errors.ts'

/**
 * The folder of files that the package brings along for `sluice init` and `sluice simulate`. It is searched upwards,
 * because the sources and the files of the build lie at different depths below the package.
 */
export function templatesFolder(from: string = import.meta.dirname): string {
  const folder = path.join(from, 'templates')
  if (existsSync(folder)) return folder
  const above = path.dirname(from)
  // Beyond the package's own folder there may be other templates, of the user or of another package.
  if (above === from || existsSync(path.join(from, 'package.json')))
    throw new SluiceError('cannot-run', `${from} lacks its folder "templates": install the package sluice again`)
  return templatesFolder(above)
}
