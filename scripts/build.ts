// Builds packages/sluice/dist: the command line as one bundle with lazy chunks, the library as plain files with types.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { build, type Plugin } from 'esbuild'
import manifest from '../packages/sluice/package.json' with { type: 'json' }
import { pageAssets } from '../packages/sluice/src/report/html/page-assets.ts'

/** Small and pure: loading them as part of the bundle is faster than resolving them. */
const bundled = new Set(['commander', 'yaml', 'zod', 'picomatch', 'fastest-levenshtein', 'jsonpath-rfc9535'])
const root = path.join(import.meta.dirname, '..')
const out = path.join(root, 'packages/sluice/dist')

/** The report's page is bundled now and not by its users. */
const finishedPage: Plugin = {
  name: 'finished-page',
  setup(build) {
    build.onLoad({ filter: /report[\\/]html[\\/]page-assets\.ts$/ }, async () => ({
      contents: `export const pageAssets = async () => (${JSON.stringify(await pageAssets())})`,
      loader: 'js',
    }))
  },
}

// Built beside and then moved, so that a build that fails leaves the last one in place.
const draft = mkdtempSync(path.join(root, 'packages/sluice/dist-'))
try {
  await build({
    entryPoints: { cli: path.join(root, 'packages/sluice/src/cli/main.ts') },
    outdir: draft,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.18',
    chunkNames: 'chunks/[name]-[hash]',
    external: Object.keys(manifest.dependencies).filter((name) => !bundled.has(name)),
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    plugins: [finishedPage],
    logLevel: 'warning',
  })
  const tsc = path.join(root, 'node_modules/.bin/tsc')
  const project = path.join(root, 'packages/sluice/tsconfig.build.json')
  execFileSync(tsc, ['-p', project, '--noCheck', '--outDir', path.join(draft, 'lib')], { stdio: 'inherit' })
  rmSync(out, { recursive: true, force: true })
  renameSync(draft, out)
} finally {
  rmSync(draft, { recursive: true, force: true })
}
