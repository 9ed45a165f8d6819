import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { oldNode } from '../../sluice/test/support/processes/old-node.ts'
import manifest from '../package.json' with { type: 'json' }
import { bundleClient } from './support/bundle.ts'
import { fakePlane, frame } from './support/fake-plane.ts'
import { featureWith, snapshot } from './support/snapshots.ts'

const folder = path.join(import.meta.dirname, '..')

test('the client has no dependencies, and no more bytes than it says', async () => {
  assert.deepEqual(manifest.dependencies, {})
  const { start, later, external } = await bundleClient()
  assert.deepEqual(external, [])
  // The aim is 10 kB: this keeps it from moving further away.
  assert.ok(start > 1000 && start <= 11_810, `${start} bytes at the start`)
  assert.deepEqual(Object.keys(later), ['apply-change', 'bootstrap-file'])
  const more = Object.values(later).reduce((sum, bytes) => sum + bytes)
  assert.ok(more > 100 && more <= 1_100, `${more} bytes later`)
  const whole = await bundleClient({ splitting: false })
  assert.ok(whole.start <= 12_610, `${whole.start} bytes in one file`)
})

test('it routes where nothing of Node is', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { SluiceClient } from ${JSON.stringify(path.join(folder, 'src/index.ts'))}`,
      resolveDir: folder,
    },
    ...{ bundle: true, write: false, format: 'iife', globalName: 'app', platform: 'browser' },
  })
  const plane = fakePlane(snapshot(1, featureWith({ ppm: 1_000_000 })))
  const given = {
    ...{ AbortController, Headers, Request, Response, TextDecoder, TextEncoder, URL, crypto, performance },
    ...{ setTimeout, clearTimeout, fetch: plane.fetch },
  }
  const context = createContext({ ...given })
  const said = await runInContext(
    `${outputFiles[0]?.text}
    ;(async () => {
      const client = new app.SluiceClient({ url: 'http://plane.test', token: 't', bootstrap: 'snapshot.json' })
      const source = await client.ready()
      const { arm } = client.route('mail', 'ann')
      await client.close()
      return [typeof process, source, arm].join()
    })()`,
    context,
  )
  assert.equal(said, 'undefined,server,canary')
})

const program = `
import { SluiceClient } from ${JSON.stringify(path.join(folder, 'dist/index.js'))}
const client = new SluiceClient({ url: process.argv[1], token: 't', bootstrap: process.argv[2], flushMs: 60_000 })
await client.ready()
const route = client.route('mail', 'ann')
const text = await route.run(async () => route.prompt.render({ email: 'hello' })[0].content)
console.log(process.versions.node.split('.')[0], route.arm, text)
`

const answers: Record<string, unknown> = {
  '/v1/acks': { epoch: 'epoch-1', revision: 1, hash: 'hash-1', heartbeatMs: 10_000 },
  '/v1/outcomes': { accepted: 1, duplicates: 0, rejected: [] },
}

const [old, ...none] = oldNode()
const nodes = { 'this Node': process.execPath, 'Node 20': none.length === 0 ? old : undefined }
for (const [name, node] of Object.entries(nodes)) {
  test(`what is published works on ${name} over real sockets, and sends its outcomes before the process ends`, {
    skip: !node && 'no Node 20 on this machine',
  }, async () => {
    const bodies: string[] = []
    let stream: ServerResponse | undefined
    const server = createServer(async (request, response) => {
      if (request.url === '/v1/stream') {
        if (stream) return response.writeHead(503).end()
        const proof = { 'sluice-nonce': request.headers['sluice-nonce'], 'sluice-read-age': '0' }
        stream = response.writeHead(200, { 'content-type': 'text/event-stream', ...proof })
        return stream.write(frame(snapshot(1, featureWith({ ppm: 1_000_000 }))))
      }
      let body = ''
      for await (const chunk of request) body += chunk
      bodies.push(`${request.url} ${body}`)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answers[request.url ?? '']))
      // An open stream keeps a process alive; without it this one has nothing left to do.
      if (request.url === '/v1/acks') stream?.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const temporary = mkdtempSync(path.join(tmpdir(), 'sluice-client-'))
    const file = path.join(temporary, 'snapshot.json')
    try {
      const args = ['--input-type=module', '--eval', program, url, file]
      const { stdout } = await promisify(execFile)(node ?? '', args)
      assert.match(stdout, /^(20|2[2-9]) canary b: hello\n$/)
      assert.ok(
        bodies.some((body) => body.startsWith('/v1/outcomes') && body.includes('"latencyMs"')),
        bodies.join('\n'),
      )
      assert.equal(JSON.parse(readFileSync(file, 'utf8')).revision, 1)
    } finally {
      server.closeAllConnections()
      server.close()
      rmSync(temporary, { recursive: true })
    }
  })
}
