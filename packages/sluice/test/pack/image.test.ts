import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { root } from '../../../../scripts/release/packages.ts'
import { isWithoutRegistry, registrySettings, registryTimeout } from '../support/processes/npm.ts'
import { until } from '../support/until.ts'
import { commandOf, type Instruction, instructionsOf, lastStage } from './dockerfile.ts'
import { packed } from './packed.ts'

const instructions = instructionsOf(readFileSync(path.join(root, 'deploy/Dockerfile'), 'utf8'))
const image = lastStage(instructions)
const user = 1000

/** The file system of the image, as a folder: its steps run here, without a builder. */
let files: string
let withoutRegistry = false

const at = (place: string) => path.join(files, place)
/** Every absolute path of a step lies in that folder. */
const moved = (text: string) => text.replaceAll(/(^|[\s=])(\/(?:sluice|tmp|data|usr\/local)\b)/g, `$1${'$FILES'}$2`)

/** What `docker build` sends of the checkout, by .dockerignore: the tarball and nothing else. */
function context(folder: string): void {
  const { client, sluice } = packed()
  for (const { file, tarball } of [client, sluice])
    if (/^sluice-[0-9]/.test(tarball)) cpSync(file, path.join(folder, 'vendor', tarball))
}

function runStep({ name, text, flags }: Instruction, folder: string): void {
  if (name === 'RUN') {
    // Only root may give files to another user; the rest of the step is the same.
    const command = process.getuid?.() === 0 ? text : text.replaceAll(/ --(owner|group)=\d+/g, '')
    // The whole environment: a proxy or a certificate of its own may be the only way to the registry.
    const env = { ...process.env, ...registrySettings, FILES: files }
    const how = { cwd: at('/sluice'), env, encoding: 'utf8', stdio: 'pipe', timeout: registryTimeout } as const
    execFileSync('sh', ['-ec', moved(command)], how)
  }
  if (name === 'COPY' && flags.from === undefined) {
    const [from = '', to = ''] = text.split(' ')
    const found = globSync(from, { cwd: folder })
    assert.equal(found.length, 1, `${from} names one file of the context`)
    cpSync(path.join(folder, found[0] ?? ''), at(to))
  }
}

/** What runs a command as the image's user in a process tree of its own, as far as this machine lets us. */
function asInContainer(): string[] {
  const [tree, owner] = [
    ['unshare', '--pid', '--fork', '--kill-child'],
    ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'],
  ]
  const works = [...tree, ...owner, process.execPath, '--eval', '']
  return spawnSync(works[0] ?? '', works.slice(1)).status === 0 ? [...tree, ...owner] : []
}

const program = (words: readonly string[]) =>
  words.map((word) => (word === 'node' ? process.execPath : moved(word).replace('$FILES', files)))

/** The process that the image starts: its first, where it has a tree of its own. */
function firstProcess(child: ChildProcess, wrapped: boolean): number {
  const pid = child.pid ?? 0
  return wrapped ? Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()) : pid
}

describe('deploy/Dockerfile', () => {
  before(() => {
    files = mkdtempSync(path.join(tmpdir(), 'sluice-image-'))
    chmodSync(files, 0o755)
    for (const folder of ['/sluice', '/tmp', '/project', '/usr/local/bin']) mkdirSync(at(folder), { recursive: true })
    const folder = at('/context')
    context(folder)
    try {
      for (const step of instructions) runStep(step, folder)
    } catch (error) {
      if (!isWithoutRegistry(error)) throw error
      withoutRegistry = true
    }
  })
  after(() => rmSync(files, { recursive: true, force: true }))

  test('the steps of the image give a server that runs as its user, tells its health and ends by SIGTERM', async (context) => {
    if (withoutRegistry) return context.skip('no registry, and the cache of npm lacks a dependency')
    const wrapper = asInContainer()
    const words = [
      ...wrapper,
      ...program([...commandOf(image, 'ENTRYPOINT'), ...commandOf(image, 'CMD')]),
      '--port',
      '0',
    ]
    const server = spawn(words[0] ?? '', words.slice(1), {
      cwd: at('/project'),
      env: { PATH: process.env.PATH, SLUICE_ADMIN_TOKEN: 'a-token-for-the-image' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      server.on('exit', (code, signal) => resolve([code, signal])),
    )
    try {
      let log = ''
      server.stderr?.setEncoding('utf8').on('data', (text) => {
        log += text
      })
      const port = () => /"url":"http:\/\/0\.0\.0\.0:(\d+)"/.exec(log)?.[1]
      await until(() => server.exitCode !== null || port() !== undefined, 'the server to listen')
      assert.notEqual(port(), undefined, log)
      for (const line of log.trim().split('\n')) assert.equal(typeof JSON.parse(line).message, 'string')

      const check = program(commandOf(image, 'HEALTHCHECK')).map((word) => word.replace(':4050/', `:${port()}/`))
      const health = () => spawnSync(check[0] ?? '', check.slice(1)).status
      assert.equal(health(), 0)
      assert.ok(readdirSync(at('/data')).includes('control.db'))
      if (wrapper.length > 0) assert.equal(statSync(at('/data/control.db')).uid, user)
      process.kill(firstProcess(server, wrapper.length > 0), 'SIGTERM')
      assert.deepEqual(await ended, [0, null], log)
      assert.match(log, /"message":"stopping/)
      assert.equal(health(), 1)
    } finally {
      // To become another user ends the bond of a process to what started it, so both are ended.
      const runs = server.exitCode === null && server.signalCode === null
      if (runs) process.kill(firstProcess(server, wrapper.length > 0), 'SIGKILL')
      server.kill('SIGKILL')
    }
  })

  test('the image is not run as root, keeps its state in a folder of its user, and names sluice for a shell', (context) => {
    if (withoutRegistry) return context.skip('no registry, and the cache of npm lacks a dependency')
    assert.equal(image.find(({ name }) => name === 'USER')?.text, `${user}:${user}`)
    assert.equal(image.find(({ name }) => name === 'VOLUME')?.text, '/data')
    const { mode, uid } = statSync(at('/data'))
    assert.equal(mode & 0o777, 0o700)
    if (process.getuid?.() === 0) assert.equal(uid, user)
    assert.match(execFileSync(at('/usr/local/bin/sluice'), ['--version'], { encoding: 'utf8' }), /^\d+\.\d+\.\d+\n$/)
  })

  test('the context of the build is the tarball alone, and the last stage takes from it only what npm installed', () => {
    const ignore = readFileSync(path.join(root, '.dockerignore'), 'utf8').trim().split('\n')
    assert.deepEqual(ignore, ['*', '!vendor', 'vendor/*', '!vendor/sluice-[0-9]*.tgz'])
    const copies = instructions.filter(({ name }) => name === 'COPY')
    assert.deepEqual(
      copies.map(({ text, flags }) => [flags.from, text]),
      [
        [undefined, 'vendor/sluice-[0-9]*.tgz /tmp/sluice.tgz'],
        ['install', '/sluice/node_modules /sluice/node_modules'],
      ],
    )
    assert.ok(!instructions.some(({ name }) => name === 'ADD'))
  })
})
