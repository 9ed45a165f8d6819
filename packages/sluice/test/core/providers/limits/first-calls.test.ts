import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFirstCalls, type FirstCalls } from '../../../../src/core/providers/limits/first-calls.ts'
import { ProviderError, type ProviderErrorKind } from '../../../../src/core/providers/provider-error.ts'
import { chat, faultServer, inTurn, json } from '../../../support/providers/fault-server.ts'
import { clientOf, failureOf } from '../../../support/providers/model-call.ts'

const failing =
  (kind: ProviderErrorKind, status: number, message = 'no') =>
  () =>
    Promise.reject(new ProviderError(kind, message, { status, retryable: false }))

/** Whether each of so many failures said so. */
async function closing(
  firstCalls: FirstCalls,
  count: number,
  call: (index: number) => () => Promise<never>,
): Promise<boolean[]> {
  const seen: boolean[] = []
  for (let index = 0; index < count; index += 1) seen.push((await failureOf(firstCalls.run(call(index)))).unaskable)
  return seen
}

test('a model that does not exist is given up at once, and is not asked again', async () => {
  const firstCalls = createFirstCalls('local:typo')
  const error = await failureOf(firstCalls.run(failing('no-model', 404)))
  assert.equal(error.unaskable, true)
  assert.equal(await failureOf(firstCalls.run(async () => 'never')), error)
})

test('five failures alike from the start close it, the fifth and all later ones', async () => {
  for (const status of [403, 404, 500]) {
    const firstCalls = createFirstCalls('local:m')
    const kind = status === 500 ? 'server' : 'bad-request'
    assert.deepEqual(await closing(firstCalls, 6, () => failing(kind, status)), [
      false,
      false,
      false,
      false,
      true,
      true,
    ])
    assert.match(
      (await failureOf(firstCalls.run(async () => 1))).message,
      /local:m cannot be asked: its first 5 calls all failed/,
    )
  }
})

test('after one success a failure is that of its call', async () => {
  const firstCalls = createFirstCalls('m')
  await firstCalls.run(async () => 'answer')
  assert.equal((await closing(firstCalls, 9, () => failing('bad-request', 403))).includes(true), false)
  assert.equal((await failureOf(firstCalls.run(failing('no-model', 404)))).unaskable, false)
})

test('a kept answer tells that failures alike are of their calls, and nothing of a model that is gone', async () => {
  const firstCalls = createFirstCalls('m')
  firstCalls.hasAnswered()
  assert.equal((await closing(firstCalls, 9, () => failing('bad-request', 403))).includes(true), false)
  assert.equal((await failureOf(firstCalls.run(failing('no-model', 404)))).unaskable, true)
})

test('failures that differ, and refusals of an input, end nothing', async () => {
  const differ = createFirstCalls('m')
  assert.equal(
    (await closing(differ, 20, (index) => failing('bad-request', 400, `input ${index}`))).includes(true),
    false,
  )
  for (const kind of ['moderated', 'refused', 'too-long'] as const) {
    assert.equal((await closing(createFirstCalls('m'), 20, () => failing(kind, 403))).includes(true), false)
  }
})

test('a gateway that flags every fifth input keeps answering the others', async () => {
  const flagged = json(
    { error: { code: 403, message: 'flagged', metadata: { reasons: ['x'], flagged_input: 'x' } } },
    403,
  )
  await using server = await faultServer((response, request, index) =>
    (index % 5 === 0 ? flagged : chat('fine'))(response, request, index),
  )
  const { complete } = clientOf(server.url)
  for (let call = 0; call < 10; call += 1) {
    if (call % 5 === 0) assert.equal((await failureOf(complete())).kind, 'moderated')
    else assert.equal((await complete()).output, 'fine')
  }
})

test('what is wrong with one model does not close another of the same provider', async () => {
  await using server = await faultServer(inTurn(json({ error: { code: 'model_not_found' } }, 404), chat('fine')))
  const { client, complete } = clientOf(server.url)
  assert.equal((await failureOf(complete())).unaskable, true)
  assert.equal((await failureOf(complete())).unaskable, true)
  assert.equal(server.requests.length, 1)
  const embedded = await failureOf(client.embed('local:other', ['x'], new AbortController().signal))
  assert.equal(embedded.kind, 'bad-response')
  assert.ok(server.requests.length > 1)
})
