import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const entry = path.join(import.meta.dirname, '../../src/index.ts')

/** What a bundler makes of an application that makes a client: bytes, minified by esbuild and gzipped. */
export interface Bundle {
  /** Of all that is loaded before the application begins. */
  start: number
  /** By name of the module, what is loaded only when it is needed. */
  later: Record<string, number>
  /** Whatever is imported from outside. */
  external: string[]
}

/** Bundles `import { SluiceClient } from '@sluice/client'`. `splitting: false` as bundlers do that make one file. */
export async function bundleClient({ splitting = true } = {}): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export { SluiceClient } from ${JSON.stringify(entry)}`, resolveDir: path.dirname(entry) },
    ...{ bundle: true, minify: true, format: 'esm', platform: 'neutral', splitting },
    ...{ write: false, metafile: true, outdir: 'out' },
  })
  const bytes = (name: string) => {
    const file = outputFiles.find(({ path: file }) => path.basename(file) === path.basename(name))
    return gzipSync(file?.contents ?? '', { level: 9 }).length
  }
  const bundle: Bundle = { start: 0, later: {}, external: [] }
  for (const [name, { entryPoint, imports }] of Object.entries(metafile.outputs)) {
    bundle.external.push(...imports.filter(({ external }) => external).map(({ path }) => path))
    // A part that the start and a later part have in common is loaded with the start, too.
    if (entryPoint === '<stdin>' || !entryPoint) bundle.start += bytes(name)
    else bundle.later[path.basename(entryPoint, '.ts')] = bytes(name)
  }
  return bundle
}
