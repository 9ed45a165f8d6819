import { existsSync } from 'node:fs'
import path from 'node:path'
import { SluiceError } from '../../../errors.ts'

/**
 * The program of a process of our own, by its name: in the given folder of the sources, above it in the build.
 * @throws SluiceError `cannot-run` where the installation lacks it
 */
export function workerFile(folder: string, name: string): string {
  const own = path.join(folder, `${name}.ts`)
  if (existsSync(own)) return own
  let place = folder
  for (;;) {
    const file = path.join(place, `${name}.js`)
    if (existsSync(file)) return file
    const above = path.dirname(place)
    if (above === place || existsSync(path.join(place, 'package.json')))
      throw new SluiceError('cannot-run', `${folder} lacks ${name}.js: install the package sluice again`)
    place = above
  }
}
