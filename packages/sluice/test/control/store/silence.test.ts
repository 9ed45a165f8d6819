import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { postgresStore } from '../../../src/control/store/postgres/postgres-store.ts'
import { StoreError } from '../../../src/control/store/store-error.ts'
import { type Postgres, startPostgres, withoutPostgres } from '../../support/store/postgres.ts'
import { change, key, request } from '../../support/store/store-samples.ts'
import { until } from '../../support/until.ts'
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts'

/** As in production, but sooner. */
const hurried = { connect: 500, statement: 300, call: 300, ping: 300 }
const options = { skip: withoutPostgres }
let server: Postgres
if (!withoutPostgres) {
  server = await startPostgres()
  after(() => server[Symbol.asyncDispose]())
}

function through({ port }: TcpProxy): string {
  const url = new URL(server.url)
  url.port = String(port)
  return url.href
}

/** What a call in silence ends with; it must end before whoever waits for it gives up. */
async function endOf(call: Promise<unknown>): Promise<StoreError> {
  const began = performance.now()
  const error = await call.then(() => undefined).catch((cause: unknown) => cause)
  assert.ok(error instanceof StoreError, String(error))
  assert.ok(performance.now() - began < 60_000, 'it ends rather than hang')
  return error
}

test(
  'a database that has fallen silent: every call ends in time and says so, close does, and its return is enough',
  options,
  async () => {
    await server.clear()
    await using proxy = await tcpProxy(Number(new URL(server.url).port))
    const store = await postgresStore(through(proxy), { pollMs: 20, limits: hurried })
    await store.append([request('before')])
    const lease = await store.lead('controller')
    proxy.fallSilent()
    const calls = [store.ping(), store.commit(change('mail')), store.append([request('a')]), store.revision()]
    const errors = await Promise.all(calls.map(endOf))
    for (const { fault, retryable } of errors) assert.deepEqual([fault, retryable], ['unreachable', true])
    await until(() => lease?.held() === false, 'the leader to notice')

    proxy.speakAgain()
    await until(
      () =>
        store.append([request('a')]).then(
          () => true,
          () => false,
        ),
      'the database to be used again',
    )
    assert.ok(await store.entry(key('before')))
    proxy.fallSilent()
    await store.close()
  },
)

test('a replica that vanishes within a transaction does not keep the others from committing', options, async () => {
  await server.clear()
  await using proxy = await tcpProxy(Number(new URL(server.url).port), {
    heard: (piece) => piece.includes('FOR UPDATE') && proxy.fallSilent(),
  })
  const vanishing = await postgresStore(through(proxy), { limits: hurried })
  const other = await postgresStore(server.url)
  assert.equal((await endOf(vanishing.commit(change('mail')))).fault, 'unreachable')
  assert.equal((await other.commit(change('mail'))).outcome, 'committed')
  await Promise.all([vanishing.close(), other.close()])
})

test('a pooler that shares sessions is refused, one that keeps them apart is not', options, async () => {
  await server.clear()
  const pooler = (isShared: boolean) =>
    tcpProxy(Number(new URL(server.url).port), { answer: (piece) => asPooled(piece, isShared) })
  await using apart = await pooler(false)
  await (await postgresStore(through(apart))).close()
  await using shared = await pooler(true)
  await assert.rejects(
    postgresStore(through(shared)),
    /cannot be opened: DATABASE_URL leads to a pooler.*session mode$/,
  )
})

/** What a pooler makes of an answer: a process id of its own; where sessions are shared notifications go astray. */
function asPooled(piece: Buffer, isShared: boolean): Buffer {
  const messages: Buffer[] = []
  for (let at = 0; at < piece.length; ) {
    const length = at + 5 <= piece.length ? 1 + piece.readInt32BE(at + 1) : 1
    const message = Buffer.from(piece.subarray(at, at + length))
    const type = String.fromCharCode(message[0] ?? 0)
    if (type === 'K') message.writeInt32BE(7, 5)
    if (type !== 'A' || !isShared) messages.push(message)
    at += length
  }
  return Buffer.concat(messages)
}
