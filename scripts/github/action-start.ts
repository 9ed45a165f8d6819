/**
 * How long the GitHub Action's entry takes to start, as a composite action and as a Node action would:
 * `npm run action-start`. Both do the same work, which is to refuse an event; interleaved, median of 15.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'

const root = path.join(import.meta.dirname, '../..')
const scratch = mkdtempSync(path.join(tmpdir(), 'sluice-action-start-'))
const event = path.join(scratch, 'event.json')
writeFileSync(event, '{}')
const bundle = path.join(scratch, 'index.mjs')
await build({
  entryPoints: [path.join(root, 'packages/sluice/src/cli/main.ts')],
  outfile: bundle,
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  conditions: ['source'],
  logLevel: 'error',
  banner: {
    js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url); process.argv.push('ci', 'github');",
  },
})
const composite = `PATH="${root}/node_modules/.bin:$PATH"; code=0; sluice ci github || code=$?`
const bash = ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', composite]
const ways: Record<string, () => string[]> = {
  'composite, as it is (bash, installed sluice, cold compile cache)': () => bash,
  'composite through npx --no-install': () => ['npx', '--no-install', 'sluice', 'ci', 'github'],
  'node action (one bundled file)': () => [process.execPath, bundle],
  'node -e 0': () => [process.execPath, '-e', '0'],
}
const times = new Map<string, number[]>()
for (let round = 0; round < 15; round += 1) {
  for (const [name, command] of Object.entries(ways)) {
    const [program = '', ...args] = command()
    const cache = mkdtempSync(path.join(scratch, 'cache-'))
    const env = {
      ...process.env,
      NODE_COMPILE_CACHE: cache,
      GITHUB_REPOSITORY: 'a/b',
      GITHUB_EVENT_NAME: 'pull_request_target',
      GITHUB_EVENT_PATH: event,
    }
    const startedAt = performance.now()
    spawnSync(program, args, { env, cwd: root })
    times.set(name, [...(times.get(name) ?? []), performance.now() - startedAt])
  }
}
for (const [name, ms] of times) {
  const sorted = ms.toSorted((a, b) => a - b)
  console.log(`${name.padEnd(66)} ${sorted[7]?.toFixed(0)} ms (from ${sorted[0]?.toFixed(0)})`)
}
rmSync(scratch, { recursive: true })
