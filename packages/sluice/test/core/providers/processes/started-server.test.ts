import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { startOfProcess } from '../../../../src/core/providers/processes/process-identity.ts'
import type { OpenTarget } from '../../../../src/core/providers/targets/target.ts'
import { createTarget } from '../../../../src/core/providers/targets/target.ts'
import type { ServerStart, Target } from '../../../../src/core/suite/prompt/target.ts'
import { failureOf } from '../../../support/providers/model-call.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const context = { caseId: 'c', repeat: 1, signal: new AbortController().signal }

/** Answers every request with what it is told, on the port of its first argument. */
const listening = `const answer = (respond) => require('node:http').createServer((request, response) => respond(response, request)).listen(Number(process.argv[1]));`

interface Server extends Partial<ServerStart> {
  code: string
  env?: Record<string, string>
  environment?: NodeJS.ProcessEnv
  stop?: AbortSignal
}

/** The server writes this file when its time to become ready is over: no test depends on how fast it is. */
const over = path.join(temporaryFolder('server'), 'over')
const isOver = `require('node:fs').writeFileSync(${JSON.stringify(over)}, '')`

/** A target whose server runs this code; it is closed with the variable that holds it. */
function served({ code, env, environment = {}, stop, ...start }: Server): OpenTarget & AsyncDisposable {
  const target: Target = {
    kind: 'http',
    url: 'http://127.0.0.1:{port}/ask',
    cwd: import.meta.dirname,
    start: { command: [process.execPath, '-e', `${listening}${code}`, '{port}'], readyMs: 20_000, ...start },
    ...(env && { env }),
  }
  rmSync(over, { force: true })
  let hasBegun = false
  const opened = createTarget(target, {
    env: { ...process.env, ...environment },
    random: () => 0,
    ...(stop && { stop }),
    clock: () => {
      // The first time is that of the start, also where the server was faster than this process.
      const time = hasBegun && existsSync(over) ? 1e6 : 0
      hasBegun = true
      return time
    },
  })
  return Object.assign(opened, { [Symbol.asyncDispose]: () => opened.close() })
}

test('a server is started once, on a port of its own, and is gone afterwards', async () => {
  const code = `let ready = 0; answer((response, request) => {
    if (request.url === '/up') { response.statusCode = ready++ ? 200 : 503; response.end() }
    else response.end([process.pid, process.env.PORT === process.argv[1], process.env.A, process.env.OPENAI_API_KEY].join())
  })`
  const environment = { OPENAI_API_KEY: 'sk-1', KEY: 'sk-2' }
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a setting.
  await using ask = served({ code, ready: '/up', env: { A: '${KEY}' }, environment })
  const [first, second] = await Promise.all([ask({}, context), ask({}, context)])
  const [pid, ...said] = first.output.split(',')
  assert.equal(second.output, first.output)
  assert.deepEqual(said, ['true', 'sk-2', ''], 'its port, its own variable, and no key that it was not given')
  assert.notEqual(startOfProcess(Number(pid)), undefined)
  await ask.close()
  assert.equal(startOfProcess(Number(pid)), undefined)
})

for (const [what, server, says] of [
  [
    'never becomes ready',
    {
      // Its time ends with the second question: by then its words at the first one have come through the pipe.
      code: `let asked = 0; answer((response) => { response.statusCode = 503; if (asked++) ${isOver}; else console.log('no database'); response.end() })`,
      ready: '/up',
    },
    /not ready within 20000 ms: GET \/up on port \d+ answered 503; ready\.timeoutMs .*output ends: no database$/,
  ],
  [
    'exits at once',
    { code: `console.error('cannot read config'); process.exit(3)` },
    /exited with 3 before it was ready; start has to stay in the foreground; its output ends: cannot read config$/,
  ],
  [
    'cannot be started',
    { code: '', command: ['no-such-program'] },
    /no-such-program: cannot be started in .*ENOENT.* before it was ready/,
  ],
  [
    'listens on another port',
    { code: `process.argv[1] = 0; answer((response) => response.end()).on('listening', () => ${isOver})` },
    /nothing listens on port (\d+)\. It listens on port (?!\1)\d+: it has to take its port from PORT, or from \{port\}/,
  ],
] satisfies [string, Server, RegExp][]) {
  test(`a server that ${what}`, { skip: process.platform !== 'linux' && 'needs /proc' }, async () => {
    await using ask = served(server)
    const error = await failureOf(ask({}, context))
    assert.deepEqual([error.kind, error.fatal], ['unreachable', true])
    assert.match(error.message, says)
  })
}

test('another process was faster to take the port: the server is started again on another one', async (own) => {
  const marker = JSON.stringify(path.join(temporaryFolder('server'), 'tried'))
  const code = `const fs = require('node:fs')
    if (!fs.existsSync(${marker})) { fs.writeFileSync(${marker}, ''); process.argv[1] = process.env.TAKEN }
    answer((response) => response.end('second'))`
  const taken = createServer().listen(0)
  own.after(() => taken.close())
  await once(taken, 'listening')
  const env = { TAKEN: String((taken.address() as AddressInfo).port) }
  await using ask = served({ code, env })
  assert.equal((await ask({}, context)).output, 'second')
})

test('a server that ends during the run is named, with what it said last', async () => {
  await using ask = served({ code: `answer(() => { console.error('out of memory'); process.exit(9) })` })
  const error = await failureOf(ask({}, context))
  assert.equal(error.fatal, true)
  assert.match(error.message, /the server exited with 9; its output ends: out of memory$/)
})

/** Starts a process that listens on the server's port in its place, and ends soon after the server. */
const replaced = (env: string, answers: string) => `const stand = (parent) => {
    require('node:http').createServer((request, response) => { ${answers} }).listen(Number(process.env.PORT))
    setInterval(() => { try { process.kill(parent, 0) } catch { process.exit() } }, 500)
  }
  require('node:child_process').spawn(process.execPath, ['-e', '(' + stand + ')(' + process.pid + ')'], { detached: true, stdio: 'ignore', env: ${env} })
  setInterval(() => undefined, 1000)`

test('a process that is none of the server answers on its port: nothing is asked of it', {
  skip: process.platform !== 'linux' && 'needs /proc',
}, async () => {
  await using ask = served({ code: replaced('{ PORT: process.env.PORT }', "response.end('foreign')") })
  const error = await failureOf(ask({}, context))
  assert.deepEqual([error.kind, error.fatal], ['unreachable', true])
  assert.match(error.message, /another process answers on port \d+; it has written nothing$/)
})

test('an answer after the end of the server is none, whoever gave it', async () => {
  const answers = "try { process.kill(parent, 'SIGKILL') } catch {}; response.end('orphan')"
  await using ask = served({ code: replaced('process.env', answers) })
  const error = await failureOf(
    (async () => {
      for (;;) await ask({}, context)
    })(),
  )
  assert.equal(error.fatal, true)
  assert.match(error.message, /the server was ended by SIGKILL; .*nothing tells what has answered since$/)
})

test('Ctrl-C does not wait until a server is ready', async () => {
  const stop = new AbortController()
  await using ask = served({ code: 'process.stdin.resume()', stop: stop.signal })
  const failed = failureOf(ask.open())
  stop.abort()
  assert.equal((await failed).kind, 'aborted')
})

for (const [where, detached] of [
  ['its group', false],
  ['a group of its own', true],
] as const)
  test(`a child of a server in ${where} ends with it`, {
    skip: detached && process.platform !== 'linux' && 'needs /proc',
  }, async (own) => {
    const listener = createServer().listen(0, '127.0.0.1')
    own.after(() => listener.close())
    await once(listener, 'listening')
    // Only a signal that it cannot ignore ends the child.
    const child = `process.on('SIGTERM', () => undefined); require('node:net').connect(${(listener.address() as AddressInfo).port}, '127.0.0.1')`
    const code = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'ignore', detached: ${detached} })
    process.on('SIGTERM', () => process.exit())
    answer((response) => response.end('x'))`
    const ask = served({ code })
    const connected = once(listener, 'connection') as Promise<[Socket]>
    assert.equal((await ask({}, context)).output, 'x')
    const [socket] = await connected
    socket.on('error', () => undefined)
    const closed = once(socket.resume(), 'close')
    await ask.close()
    await closed
  })
