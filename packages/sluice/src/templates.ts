import { existsSync } from 'node:fs'
import path from 'node:path'

/**
 * The folder of files that the package brings along for `sluice init` and `sluice simulate`. It is searched upwards, because
 * the sources and the files of the build lie at different depths below the package.
 */
export function templatesFolder(from: string = import.meta.dirname): string {
  const folder = path.join(from, 'templates')
  if (existsSync(folder)) return folder
  const above = path.dirname(from)
  if (above === from) throw new Error('the package sluice lacks its folder "templates": install it anew')
  return templatesFolder(above)
}
