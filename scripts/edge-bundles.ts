// npm run edge-bundles -- [--packages DIR]: bundles the built client with webpack, Vite and esbuild as
// applications do, and runs a bundle on workerd and on Vercel's edge runtime against a control plane. The tools are installed from
// the registry into a temporary folder, unless DIR has them already in its node_modules.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { systemClock } from '@sluice/client'
import { build } from 'esbuild'
import { listen } from '../packages/sluice/src/control/server/http/listen.ts'
import { testPlane, tokenOf } from '../packages/sluice/test/support/control-plane/control-plane.ts'

const run = promisify(execFile)
const tools = ['webpack@5', 'webpack-cli@6', 'vite@8', 'miniflare@4', 'edge-runtime@4']
const client = path.join(import.meta.dirname, '../packages/client')

const worker = `
import { SluiceClient } from '@sluice/client'
export async function answer(url, token) {
  const said = []
  const sluice = new SluiceClient({ url, token, onDiagnostic: ({ code, message }) => said.push(code + ': ' + message) })
  const source = await sluice.ready()
  const route = sluice.route('mail', 'ann')
  await route.run(async () => 'text')
  await sluice.flush()
  const { outcomes } = sluice.status()
  await sluice.close()
  return { source, arm: route.arm, delivered: outcomes.delivered, said }
}
export default { fetch: async (request, { PLANE, TOKEN }) => Response.json(await answer(PLANE, TOKEN)) }
`

const { values } = parseArgs({ options: { packages: { type: 'string' } } })
const folder = mkdtempSync(path.join(tmpdir(), 'sluice-edge-'))
let failures = 0

async function check(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    console.log(`${what}: ${JSON.stringify((await work()) ?? 'fine')}`)
  } catch (error) {
    failures += 1
    const { message, stdout = '' } = error as Error & { stdout?: string }
    console.log(`${what}: FAILED ${message}\n${stdout}`)
  }
}

function expectCanary(answer: unknown): unknown {
  const { source, arm, delivered } = answer as Record<string, unknown>
  if (source !== 'server' || arm !== 'canary' || delivered !== 1) throw new Error(JSON.stringify(answer))
  return answer
}

async function prepare(): Promise<void> {
  writeFileSync(path.join(folder, 'package.json'), '{"private": true, "type": "module"}')
  if (values.packages) symlinkSync(path.join(values.packages, 'node_modules'), path.join(folder, 'node_modules'))
  else await run('npm', ['install', '--no-audit', '--no-fund', '--no-save', ...tools], { cwd: folder })
  const own = path.join(folder, 'node_modules/@sluice/client')
  rmSync(own, { recursive: true, force: true })
  mkdirSync(own, { recursive: true })
  for (const part of ['package.json', 'dist'])
    cpSync(path.join(client, part), path.join(own, part), { recursive: true })
  writeFileSync(path.join(folder, 'worker.js'), worker)
}

async function bundle(): Promise<void> {
  const bin = (name: string) => path.join(folder, 'node_modules', name)
  for (const target of ['webworker', 'web', 'node']) {
    const args = ['--mode', 'production', '--target', target, '--entry', './worker.js', '-o', `webpack-${target}`]
    await check(`webpack bundles for ${target}`, async () => {
      await run(process.execPath, [bin('webpack/bin/webpack.js'), ...args], { cwd: folder })
    })
  }
  await check('Vite bundles', async () => {
    const options = {
      build: { outDir: 'vite', minify: true, lib: { entry: 'worker.js', formats: ['es'], fileName: 'worker' } },
    }
    writeFileSync(path.join(folder, 'vite.config.js'), `export default ${JSON.stringify(options)}`)
    await run(process.execPath, [bin('vite/bin/vite.js'), 'build'], { cwd: folder })
  })
  await check('esbuild bundles', async () => {
    const entry = { entryPoints: [path.join(folder, 'worker.js')], bundle: true, write: true }
    await build({ ...entry, format: 'esm', platform: 'browser', outfile: path.join(folder, 'esbuild/worker.js') })
    await build({
      ...entry,
      format: 'iife',
      globalName: 'app',
      platform: 'neutral',
      mainFields: ['module'],
      outfile: path.join(folder, 'esbuild/plain.js'),
    })
  })
}

/** In runtimes without Node, over real sockets. */
async function serve(url: string): Promise<void> {
  const required = createRequire(path.join(folder, 'worker.js'))
  const { Miniflare } = await import(pathToFileURL(required.resolve('miniflare')).href)
  for (const [bundler, compatibilityDate] of [
    ['vite', '2026-01-01'],
    // Before workers knew the option "cache" of fetch.
    ['esbuild', '2024-01-01'],
  ] as const) {
    await check(`workerd of ${compatibilityDate} routes and reports (${bundler})`, async () => {
      const files = readdirSync(path.join(folder, bundler)).filter((file) => /(?<!^worker)\.js$/.test(file))
      // It begins with the first; what Vite splits off lies beside it.
      const modules = ['worker.js', ...files].map((file) => {
        return { type: 'ESModule', path: file, contents: readFileSync(path.join(folder, bundler, file), 'utf8') }
      })
      const bindings = { PLANE: url, TOKEN: tokenOf('client') }
      const miniflare = new Miniflare({ modules, compatibilityDate, bindings })
      try {
        return expectCanary(await (await miniflare.dispatchFetch('http://worker.test/')).json())
      } finally {
        await miniflare.dispose()
      }
    })
  }
  const { EdgeRuntime } = required('edge-runtime')
  await check("Vercel's edge runtime routes and reports (esbuild)", async () => {
    const runtime = new EdgeRuntime({ initialCode: readFileSync(path.join(folder, 'esbuild/plain.js'), 'utf8') })
    return expectCanary(
      await runtime.evaluate(`app.answer(${JSON.stringify(url)}, ${JSON.stringify(tokenOf('client'))})`),
    )
  })
}

try {
  await prepare()
  await bundle()
  await using plane = await testPlane({ clock: systemClock })
  const [good, bad] = [await plane.publish('mail', 'a'), await plane.publish('mail', 'b')]
  const operator = (body: object) => ({ as: 'operator', body })
  await plane.ask('PUT /v1/features/mail/active', operator({ version: good, reason: 'launch' }))
  const settings = { stages: [{ percent: 100, soak: '1h' }] }
  await plane.ask('POST /v1/features/mail/rollouts', operator({ version: bad, settings }))
  const listening = await listen(plane.plane, { host: '127.0.0.1', port: 0 })
  await serve(listening.url)
  await listening.close()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failures > 0 ? 1 : 0
