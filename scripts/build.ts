// Builds packages/client/dist as plain files with types, and packages/sluice/dist: the command line as one bundle with lazy
// chunks, the library as another, with types. Both hold the client's code, so that sluice can be installed alone.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import manifest from '../packages/sluice/package.json' with { type: 'json' }

/** Pure code: loading it as part of the bundle is faster than resolving it, and zod is there once for all of them. */
const bundled = new Set([
  '@ai-sdk/anthropic',
  '@ai-sdk/google',
  '@ai-sdk/openai',
  '@ai-sdk/openai-compatible',
  'commander',
  'fastest-levenshtein',
  'jsonpath-rfc9535',
  'parse5',
  'picomatch',
  'stemmer',
  'yaml',
  'zod',
])
const root = path.join(import.meta.dirname, '..')
const tsc = path.join(root, 'node_modules/.bin/tsc')

/** Built beside and then moved, so that a build that fails leaves the last one in place. */
async function buildPackage(name: string, make: (draft: string) => unknown): Promise<void> {
  const folder = path.join(root, 'packages', name)
  const draft = mkdtempSync(path.join(folder, 'dist-'))
  try {
    await make(draft)
    rmSync(path.join(folder, 'dist'), { recursive: true, force: true })
    renameSync(draft, path.join(folder, 'dist'))
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function compile(name: string, outDir: string, ...flags: string[]): void {
  const project = path.join(root, 'packages', name, 'tsconfig.build.json')
  execFileSync(tsc, ['-p', project, '--noCheck', '--outDir', outDir, ...flags], { stdio: 'inherit' })
}

/** Pages are bundled now and not by their users: a file of assets becomes the finished texts. */
const finishedPages: Plugin = {
  name: 'finished-pages',
  setup(build) {
    build.onLoad({ filter: /[\\/]page-assets\.ts$/ }, async ({ path: file }) => {
      const made = Object.entries((await import(file)) as Record<string, () => Promise<unknown>>)
      const exports = made.map(async ([name, assets]) => {
        return `export const ${name} = async () => (${JSON.stringify(await assets())})`
      })
      return { contents: (await Promise.all(exports)).join('\n'), loader: 'js' }
    })
  },
}

const bundle = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.18',
  conditions: ['sluice-source'],
  chunkNames: 'chunks/[name]-[hash]',
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  plugins: [finishedPages],
  logLevel: 'warning',
} satisfies BuildOptions

const source = path.join(root, 'packages/sluice/src')
const dependencies = Object.keys(manifest.dependencies)

await buildPackage('client', (draft) => compile('client', draft))
await buildPackage('sluice', async (draft) => {
  await build({
    ...bundle,
    entryPoints: {
      cli: path.join(source, 'cli/main.ts'),
      'module-worker': path.join(source, 'core/providers/targets/module-worker.ts'),
      'forecast-worker': path.join(source, 'control/server/rollouts/forecast-worker.ts'),
      'program-worker': path.join(source, 'core/providers/processes/program-worker.ts'),
    },
    outdir: draft,
    external: dependencies.filter((name) => !bundled.has(name)),
  })
  await build({
    ...bundle,
    entryPoints: { index: path.join(source, 'index.ts'), 'stats/index': path.join(source, 'stats/index.ts') },
    outdir: path.join(draft, 'lib'),
    external: dependencies,
  })
  // A bundle of its own: an application that loads a prompt gets nothing else.
  await build({
    ...bundle,
    splitting: false,
    banner: {},
    entryPoints: { 'core/suite/prompt/load-prompt': path.join(source, 'core/suite/prompt/load-prompt.ts') },
    outdir: path.join(draft, 'lib'),
    external: dependencies,
  })
  compile('sluice', path.join(draft, 'lib'), '--emitDeclarationOnly')
  // Its grammars are part of the bundle, one chunk each: the package itself has 90 MB, most of it source maps.
  cpSync(path.join(root, 'node_modules/node-sql-parser/LICENSE'), path.join(draft, 'licenses/node-sql-parser.txt'))
})
