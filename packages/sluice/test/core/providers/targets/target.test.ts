import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { createTarget } from '../../../../src/core/providers/targets/target.ts'
import type { Target } from '../../../../src/core/suite/prompt/target.ts'
import { SluiceError } from '../../../../src/errors.ts'
import { fakeTime } from '../../../support/providers/fake-time.ts'
import { deadUrl, faultServer, inTurn, json, type Play, text } from '../../../support/providers/fault-server.ts'
import { failureOf } from '../../../support/providers/model-call.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sluice-target-'))
})
after(() => rm(folder, { recursive: true }))

const vars = { email: 'Grüße' }

function call(target: Target, signal = new AbortController().signal) {
  const ask = createTarget(target, { fetch, env: process.env, random: () => 0, ...fakeTime() })
  return ask(vars, { caseId: 'case-1', repeat: 1, signal })
}

function command(...args: string[]): Target {
  return { kind: 'command', command: [process.execPath, ...args], cwd: folder }
}

const script = (code: string) => command('-e', code)

async function moduleTarget(code: string, name = 'default'): Promise<Target> {
  const file = path.join(folder, `${crypto.randomUUID()}.mjs`)
  await writeFile(file, code)
  return { kind: 'module', file, export: name, cwd: folder }
}

test('http: the variables as JSON up, output and cost down', async () => {
  await using server = await faultServer(json({ output: 'Hi.', inputTokens: 3, outputTokens: 2, costUsd: 0.5 }))
  const completion = await call({ kind: 'http', url: server.url, headers: { 'x-a': '1' } })
  assert.deepEqual([completion.output, completion.costUsd], ['Hi.', 0.5])
  assert.deepEqual(completion.usage, { inputTokens: 3, outputTokens: 2 })
  assert.deepEqual(server.requests[0]?.body, vars)
  assert.equal(server.requests[0]?.headers['x-a'], '1')
  assert.equal(server.requests[0]?.headers['content-type'], 'application/json')
})

test('http: text is the output, and so is JSON without an output', async () => {
  for (const body of ['plain text', '{"summary": "x"}', '"quoted"', '']) {
    await using server = await faultServer(text(body))
    const completion = await call({ kind: 'http', url: server.url })
    assert.equal(completion.output, body)
    assert.equal(completion.costUsd, undefined)
  }
})

test('what is not UTF-8 is no answer', async () => {
  await using server = await faultServer((response) => void response.end(Buffer.from('Grüße', 'latin1')))
  const [http, program] = [
    { kind: 'http', url: server.url } as const,
    script('process.stdout.write(Buffer.from([252]))'),
  ]
  for (const target of [http, program]) assert.match((await failureOf(call(target))).message, /not UTF-8/)
})

test('http: an output that is no text is given as JSON', async () => {
  await using server = await faultServer(json({ output: { items: [1] } }))
  assert.equal((await call({ kind: 'http', url: server.url })).output, '{"items":[1]}')
})

test('http: a wrong count is a bad answer, not a 0', async () => {
  for (const [answer, says] of [
    [{ output: 'x', costUsd: -1 }, /costUsd/],
    [{ output: 'x', inputTokens: 'many' }, /inputTokens/],
  ] as const) {
    await using server = await faultServer(json(answer))
    const error = await failureOf(call({ kind: 'http', url: server.url }))
    assert.equal(error.kind, 'bad-response')
    assert.match(error.message, says)
  }
})

test('http: faults that pass are retried, others are named with the URL', async () => {
  await using flaky = await faultServer(inTurn(text('', 503), text('', 500), text('back')))
  assert.equal((await call({ kind: 'http', url: flaky.url })).output, 'back')
  await using closed = await faultServer(json({ error: 'no' }, 401))
  const refused = await failureOf(call({ kind: 'http', url: closed.url }))
  assert.deepEqual([refused.kind, refused.fatal], ['bad-request', false])
  assert.match(refused.message, /answered 401.*target\.http\.headers/)
  const url = await deadUrl()
  const unreachable = await failureOf(call({ kind: 'http', url }))
  assert.deepEqual([unreachable.kind, unreachable.fatal], ['unreachable', true])
  assert.ok(unreachable.message.includes(url))
})

test("http: what the application refuses is that case's; only if it refuses all from the start, alike, it is given up", async () => {
  const refuse = (response: Parameters<Play>[0]) =>
    void response.writeHead(403).end('{"error": "not for this customer"}')
  await using picky = await faultServer((response, request, index) =>
    request.body.name === 'Zoë' ? refuse(response) : json({ output: 'yes' })(response, request, index),
  )
  const ask = createTarget({ kind: 'http', url: picky.url }, { env: process.env, ...fakeTime() })
  const context = { caseId: 'c', repeat: 1, signal: new AbortController().signal }
  await ask({ name: 'Ann' }, context)
  for (let turn = 0; turn < 12; turn += 1)
    assert.equal((await failureOf(ask({ name: 'Zoë' }, context))).unaskable, false)
  assert.equal((await ask({ name: 'Ann' }, context)).output, 'yes')
  await using closed = await faultServer(refuse)
  const never = createTarget({ kind: 'http', url: closed.url }, { env: process.env, ...fakeTime() })
  for (let turn = 0; turn < 9; turn += 1) assert.equal((await failureOf(never({}, context))).unaskable, false)
  const error = await failureOf(never({}, context))
  assert.equal(error.unaskable, true)
  assert.match(
    error.message,
    /^the application at .* cannot be asked: its first 10 calls all failed in the same way.*not for this customer/,
  )
})

test('http: a server that never answers is ended by its timeout', async () => {
  await using server = await faultServer(() => {})
  const error = await failureOf(call({ kind: 'http', url: server.url, timeoutMs: 10 }))
  assert.equal(error.kind, 'timeout')
  assert.match(error.message, /no answer within 10 ms/)
})

test('command: JSON on stdin, JSON or text on stdout', async () => {
  const echo = 'process.stdin.pipe(process.stdout)'
  assert.equal((await call(script(echo))).output, JSON.stringify(vars))
  assert.equal((await call(script('console.log(" two words ")'))).output, ' two words ')
  const completion = await call(script('console.log(JSON.stringify({output: ["a"], costUsd: 0.25}))'))
  assert.deepEqual([completion.output, completion.costUsd], ['["a"]', 0.25])
})

test('command: arguments go through no shell', async () => {
  const target = command('-e', 'console.log(process.argv[1])', '$(id); `id` > "x"')
  assert.equal((await call(target)).output, '$(id); `id` > "x"')
})

test('command: a failure tells the exit code and the end of stderr', async () => {
  const error = await failureOf(call(script('console.error("x".repeat(5000) + " no database"); process.exit(3)')))
  assert.deepEqual([error.kind, error.retryable], ['server', false])
  assert.match(error.message, /exited with 3; stderr ends: …x+ no database$/)
  assert.ok(error.message.length < 600)
  const missing = await failureOf(call({ kind: 'command', command: ['no-such-program'], cwd: folder }))
  assert.match(missing.message, /no-such-program: cannot be started in .*ENOENT/)
})

test('command: a program that reads no input is none the worse', async () => {
  const ask = createTarget(script('console.log("done")'), { fetch, env: process.env })
  const { signal } = new AbortController()
  assert.equal((await ask({ text: 'x'.repeat(5e6) }, { caseId: 'c', repeat: 1, signal })).output, 'done')
})

test('command: when it is called off, what it has started ends too', async (context) => {
  const grandchildren = createServer()
  context.after(() => grandchildren.close())
  await new Promise<void>((resolve) => grandchildren.listen(0, '127.0.0.1', resolve))
  const { port } = grandchildren.address() as AddressInfo
  const child = `require('node:net').connect(${port}, '127.0.0.1')`
  const parent = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], {stdio: 'inherit'})`
  const controller = new AbortController()
  const called = failureOf(call(script(parent), controller.signal))
  const [grandchild] = (await once(grandchildren, 'connection')) as [Socket]
  grandchild.on('error', () => {})
  controller.abort()
  assert.equal((await called).kind, 'aborted')
  await once(grandchild, 'close')
})

test('command: env of the target is set, from the environment where it says so, and timeoutMs holds', async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a setting.
  const env = { A: 'own', B: 'x ${PATH}' }
  const said = await call({ ...script('console.log(process.env.A, process.env.B)'), env })
  assert.equal(said.output, `own x ${process.env.PATH}`)
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a setting.
  const missing = { ...script(''), env: { A: '${NO_SUCH_VARIABLE}' } }
  await assert.rejects(async () => call(missing), /variable A of env has no value; set .* NO_SUCH_VARIABLE/)
  const late = await failureOf(call({ ...script('setTimeout(() => {}, 1e5)'), timeoutMs: 5 }))
  assert.match(late.message, /no answer within 5 ms/)
})

test('no more calls run at once than the target allows', async () => {
  const waiting: (() => void)[] = []
  let most = 0
  await using server = await faultServer((response) => {
    waiting.push(() => void response.end('x'))
    most = Math.max(most, waiting.length)
    // Two have to be there before one is answered; a third one has time to come.
    if (waiting.length === 2) setTimeout(() => waiting.splice(0).map((end) => end()), 5)
  })
  const ask = createTarget({ kind: 'http', url: server.url, concurrency: 2 }, { env: process.env })
  const { signal } = new AbortController()
  await Promise.all(Array.from({ length: 8 }, () => ask({}, { caseId: 'c', repeat: 1, signal })))
  assert.equal(most, 2)
})

test('module: default and named exports, strings and reports', async () => {
  const code = `
    export default async (vars, { signal, caseId, repeat }) => [vars.email, signal.aborted, caseId, repeat].join()
    export const report = () => ({ output: { a: 1 }, outputTokens: 7 })`
  assert.equal((await call(await moduleTarget(code))).output, 'Grüße,false,case-1,1')
  const completion = await call(await moduleTarget(code, 'report'))
  assert.equal(completion.output, '{"a":1}')
  assert.deepEqual(completion.usage, { outputTokens: 7 })
})

test('module: what it throws is an error of the case, with its message', async () => {
  const error = await failureOf(call(await moduleTarget('export default () => { throw new Error("no luck") }')))
  assert.deepEqual([error.kind, error.retryable], ['server', false])
  assert.match(error.message, /\.mjs#default: threw: no luck$/)
})

test('an error that an application reports is none of its answers', async () => {
  const ask = createTarget(await moduleTarget('export default ({ said }) => said'), { env: process.env })
  const context = { caseId: 'c', repeat: 1, signal: new AbortController().signal }
  for (const said of [
    { output: 'Half', error: 'upstream gone' },
    { output: null, error: { code: 1 } },
    { error: 'busy' },
    { ok: false, error: 'busy', statusCode: 429, requestId: 'r-1' },
    { status: 'error', error: { code: 1 }, message: 'no', trace_id: 't' },
  ]) {
    const error = await failureOf(ask({ said }, context))
    assert.match(error.message, /reports an error: (?:upstream gone|{"code":1}|busy)/)
  }
  for (const said of [{ output: 'Fine', error: null }, { error: 'no total', total: null }, { error: '' }]) {
    assert.notEqual((await ask({ said }, context)).output, '')
  }
})

test('no output is an answer without text, in whatever way it is told', async () => {
  for (const body of ['', 'null', '""', '{"output": null}', '{"output": ""}']) {
    await using server = await faultServer(text(body))
    assert.equal((await call({ kind: 'http', url: server.url })).output, '', body)
  }
  const code = 'export default ({ said }) => said'
  const ask = createTarget(await moduleTarget(code), { env: process.env })
  const context = { caseId: 'c', repeat: 1, signal: new AbortController().signal }
  for (const said of [undefined, null, { output: null }]) assert.equal((await ask({ said }, context)).output, '')
})

test('module: a file that does not load or lacks the export is invalid input', async () => {
  for (const [code, says] of [
    ['export const other = 1', /exports no function "default"; it exports other$/],
    ['syntax error', /cannot be loaded as a target/],
  ] as const) {
    const failing = call(await moduleTarget(code))
    await assert.rejects(failing, (error: unknown) => {
      assert.ok(error instanceof SluiceError)
      assert.equal(error.exitCode, 3)
      assert.match(error.message, says)
      return true
    })
  }
})

test('module: one that ignores the signal is left behind', async () => {
  const controller = new AbortController()
  const called = failureOf(call(await moduleTarget('export default () => new Promise(() => {})'), controller.signal))
  setImmediate(() => controller.abort())
  assert.equal((await called).kind, 'aborted')
})
