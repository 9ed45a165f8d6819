import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { serveDemo } from '../../../src/control/demo/serve-demo.ts'
import type { ServeProcess } from '../../../src/control/server/serve/serve.ts'
import { oldNode } from '../../support/processes/old-node.ts'
import { createProject } from '../../support/project.ts'
import { until } from '../../support/until.ts'

/** What is read, without the marks. */
const text = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

test('by one command somebody is signed in, finds the canary and rolls it back, and every instance follows', async () => {
  using project = createProject({})
  for (const folder of ['bin', 'tmp', 'home']) mkdirSync(path.join(project.root, folder))
  const opened = path.join(project.root, 'bin/opened')
  for (const name of ['xdg-open', 'open']) {
    writeFileSync(path.join(project.root, 'bin', name), `#!/bin/sh\nprintf %s "$1" > "${opened}"\n`)
    chmodSync(path.join(project.root, 'bin', name), 0o755)
  }
  const env = {
    PATH: `${path.join(project.root, 'bin')}:${process.env.PATH}`,
    TMPDIR: path.join(project.root, 'tmp'),
    HOME: path.join(project.root, 'home'),
    NODE_DISABLE_COMPILE_CACHE: '1',
  }
  const server = project.start(['serve', '--demo', '--open', '--port', '0'], env, oldNode())
  let hasEnded = false
  void server.done.then(() => {
    hasEnded = true
  })
  try {
    await until(() => hasEnded || (existsSync(opened) && readFileSync(opened, 'utf8') !== ''), 'the demo to be opened')
    const link = readFileSync(opened, 'utf8')
    await until(() => hasEnded || server.said().includes(`Open   ${link}\n`), 'the link to be printed as well')
    const { origin } = new URL(link)
    const signedIn = await fetch(link)
    const cookie = signedIn.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
    assert.equal((await fetch(link)).status, 403, 'the link works once')
    const page = async (at: string) => {
      const response = await fetch(new URL(at, origin), { headers: { cookie } })
      assert.equal(response.status, 200, at)
      return response.text()
    }
    for (const at of ['/', '/judge', '/costs', '/instances', '/settings', '/audit/support-reply'])
      assert.match(await page(at), /<b>SIMULATED<\/b>/, at)
    assert.match(
      text(await page('/judge')),
      /email-summary 1\.3 \w+ simulated:judge ✓ calibrated by \d+ human labels: may gate, kappa 0\.\d+ \[.{1,40}from its gate run/,
    )
    assert.doesNotMatch(await page('/judge'), /never calibrated/)
    assert.match(text(await page('/features/support-reply')), /8-polite.*rolled back/)
    assert.match(
      text(await page('/features/contract-fields')),
      /2\.1 \w+ simulated:writer-small .{1,200} fail .{1,80} to its baseline/,
    )
    assert.match(text(await page('/features/search-answer')), /drift: served-model.*night: pass/)
    const overview = await page('/')
    assert.ok(overview.indexOf('/features/email-summary') < overview.indexOf('/features/support-reply'))
    assert.match(overview, /demo-operator<\/b> <small>operator/)
    const [rollout = ''] = /\/rollouts\/[\w-]+/.exec(overview) ?? []
    assert.match(text(await page(rollout)), /1\.4-short/)
    const hasAnswers = async () => /\[simulated\]/.test(text(await page(rollout)))
    await until(hasAnswers, 'the worst answers, which the simulated judge has read')
    const isBusier = async () => /several times as many requests as the last days/.test(await page(rollout))
    await until(isBusier, 'it to be said that two quiet weeks tell nothing of so many requests')
    const form = await page(`${rollout}/rollback`)
    const fields = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)]
    const body = new URLSearchParams([
      ...fields.map(([, name = '', value = '']): [string, string] => [name, value]),
      ['reason', 'action items are missing'],
    ])
    const act = { method: 'POST', headers: { cookie, origin }, body, redirect: 'manual' } as const
    const done = await fetch(new URL(`${rollout}/rollback`, origin), act)
    assert.equal(done.status, 303, await done.text())
    const followed = done.headers.get('location') ?? ''
    await until(async () => /All 8 instances have it/.test(await page(followed)), 'every instance to follow')
    assert.match(text(await page(rollout)), /Rolled back.*action items are missing/)
  } finally {
    server.kill('SIGINT')
  }
  const { code, signal } = await server.done
  assert.deepEqual([code, signal], [0, null])
  for (const folder of ['tmp', 'home']) assert.deepEqual(readdirSync(path.join(project.root, folder)), [], folder)
  assert.deepEqual(readdirSync(project.root).toSorted(), ['bin', 'home', 'tmp'])
})

test('a demo refuses a database, and an address that others reach', async () => {
  const gate = { decide: () => assert.fail('no gate is asked'), calibrate: () => assert.fail('nobody is asked') }
  const process = { env: { DATABASE_URL: 'postgres://db' } } as unknown as ServeProcess
  await assert.rejects(serveDemo({ host: '127.0.0.1', port: 0, gate }, process), /--demo never uses a database/)
  const other = { env: {} } as unknown as ServeProcess
  const busy = createServer().listen(0, '127.0.0.1')
  await once(busy, 'listening')
  const { port } = busy.address() as AddressInfo
  await assert.rejects(serveDemo({ host: '127.0.0.1', port, gate }, other), /the address is in use/)
  busy.close()
  await assert.rejects(serveDemo({ host: '0.0.0.0', port: 0, gate }, other), /--demo is only for this machine/)
})
