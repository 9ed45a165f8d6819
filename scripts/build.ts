// Bundles the command line into packages/sluice/dist, one file for what every command needs and lazy chunks for the rest.
import { rmSync } from 'node:fs'
import { build } from 'esbuild'
import manifest from '../packages/sluice/package.json' with { type: 'json' }

const bundled = new Set(['commander', 'yaml', 'zod', 'picomatch', 'fastest-levenshtein', 'jsonpath-rfc9535'])
const out = 'packages/sluice/dist'

rmSync(out, { recursive: true, force: true })
await build({
  entryPoints: { cli: 'packages/sluice/src/cli/main.ts' },
  outdir: out,
  bundle: true,
  splitting: true,
  minify: false,
  format: 'esm',
  platform: 'node',
  target: 'node22.18',
  chunkNames: 'chunks/[name]-[hash]',
  external: Object.keys(manifest.dependencies).filter((name) => !bundled.has(name)),
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
})
