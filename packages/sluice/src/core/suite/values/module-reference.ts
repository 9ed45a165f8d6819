import path from 'node:path'

/** `./file.ts#name` taken apart; the export is `default` unless named. */
export function moduleReference(reference: string): { file: string; exportName: string } {
  const [, file = reference, exportName = 'default'] = /^(.+)#([\w$]+)$/.exec(reference) ?? []
  return { file, exportName }
}

/** A reference to a module with its path made absolute. `folder` is that of the file it stands in. */
export function absoluteModule(reference: string, { root, folder }: { root: string; folder: string }): string {
  const { file, exportName } = moduleReference(reference)
  const absolute = path.resolve(root, folder, file)
  return exportName === 'default' ? absolute : `${absolute}#${exportName}`
}
