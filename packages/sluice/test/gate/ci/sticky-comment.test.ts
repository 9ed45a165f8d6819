import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGithubApi, GithubError } from '../../../src/core/github/github-api.ts'
import { type StickyComment, stickComment } from '../../../src/gate/ci/sticky-comment.ts'
import { chatter, type FakeGithub, fakeGithub } from '../../support/github/fake-github.ts'

const marker = '<!-- sluice report x -->'
const bot = { login: 'github-actions[bot]', type: 'Bot' }
const now = Date.parse('2026-10-05T12:00:00Z')

/** Runs against the fake, and keeps how long it would have waited. */
function client(github: Pick<FakeGithub, 'url'>) {
  const waits: number[] = []
  const sleep = async (ms: number) => {
    waits.push(ms)
  }
  const api = createGithubApi({ url: github.url, token: 't', sleep, random: () => 0.5, now: () => now })
  const stick = (body: string, more: Partial<StickyComment> = {}) =>
    stickComment(api, { repository: 'o/r', number: 7, marker, body: () => body, create: true, ...more })
  return { stick, waits }
}

const oursIn = (github: FakeGithub) => github.comments.filter(({ body }) => body.startsWith(marker))

test('the first run posts, the next ones edit: there is never a second comment', async () => {
  await using github = await fakeGithub()
  const { stick } = client(github)
  assert.deepEqual(
    [await stick('one'), await stick('two'), await stick('two'), await stick('three')],
    ['created', 'edited', 'unchanged', 'edited'],
  )
  assert.deepEqual(
    oursIn(github).map(({ body }) => body),
    [`${marker}\nthree`],
  )
})

test('the comment is found on the third page', async () => {
  await using github = await fakeGithub()
  github.comments.push(...chatter(250), { id: 500, body: `${marker}\nold`, user: bot })
  assert.equal(await client(github).stick('new'), 'edited')
  assert.deepEqual(
    oursIn(github).map(({ id, body }) => [id, body]),
    [[500, `${marker}\nnew`]],
  )
})

test('a comment that only looks like ours is left alone: by its author, by its place in the text', async () => {
  await using github = await fakeGithub()
  github.comments.push(
    { id: 1, body: `${marker}\nforged`, user: { login: 'mallory', type: 'User' } },
    { id: 2, body: `> ${marker}\nquoted`, user: bot },
    { id: 3, body: `${marker.replace('x', 'xy')}\nanother project`, user: bot },
  )
  const before = structuredClone(github.comments)
  assert.equal(await client(github).stick('new'), 'created')
  assert.deepEqual(github.comments.slice(0, 3), before)
  assert.equal(github.comments.length, 4)
})

test('several of ours become one: the oldest is edited, the others go', async () => {
  await using github = await fakeGithub()
  github.comments.push({ id: 9, body: `${marker}\nb`, user: bot }, { id: 4, body: `${marker}\r\na`, user: bot })
  assert.equal(await client(github).stick('new'), 'edited')
  assert.deepEqual(
    github.comments.map(({ id, body }) => [id, body]),
    [[4, `${marker}\nnew`]],
  )
})

test('two runs that post at the same time leave one comment', async () => {
  await using github = await fakeGithub()
  await Promise.all([client(github).stick('a'), client(github).stick('b')])
  assert.equal(oursIn(github).length, 1)
})

test('a comment that is deleted while the run looks at it is posted anew', async () => {
  await using github = await fakeGithub()
  github.comments.push({ id: 4, body: `${marker}\nold`, user: bot })
  github.before = (request) => {
    if (request.startsWith('PATCH')) github.comments.length = 0
  }
  assert.equal(await client(github).stick('new'), 'created')
  assert.deepEqual(
    oursIn(github).map(({ body }) => body),
    [`${marker}\nnew`],
  )
})

test('a post that GitHub carries out and answers with 502 is not posted twice', async () => {
  await using github = await fakeGithub()
  github.trouble.push({ method: 'POST', status: 502, carriedOut: true })
  await client(github).stick('one')
  assert.equal(oursIn(github).length, 1)
  assert.equal(github.requests.filter((request) => request.startsWith('POST')).length, 1)
})

test('a post that was lost is posted again', async () => {
  await using github = await fakeGithub()
  github.trouble.push({ method: 'POST', status: 502 })
  assert.equal(await client(github).stick('one'), 'created')
  assert.equal(oursIn(github).length, 1)
})

test('with the token of another app the comment stays one too', async () => {
  await using github = await fakeGithub({ author: 'our-app[bot]' })
  const { stick } = client(github)
  for (const body of ['one', 'two', 'three']) await stick(body)
  assert.deepEqual(
    oursIn(github).map(({ id, body }) => [id, body]),
    [[1001, `${marker}\nthree`]],
  )
})

test('without news nothing is posted, but a comment that is there is brought up to date', async () => {
  await using github = await fakeGithub()
  const { stick } = client(github)
  assert.equal(await stick('nothing changed', { create: false }), 'none')
  assert.equal(github.comments.length, 0)
  await stick('fail')
  assert.equal(await stick('nothing changed', { create: false }), 'edited')
})

test('rate limits are waited out as GitHub says: Retry-After, then the reset time', async () => {
  await using github = await fakeGithub()
  const reset = String(now / 1000 + 20)
  github.trouble.push(
    { status: 403, headers: { 'retry-after': '3' }, message: 'You have exceeded a secondary rate limit' },
    { status: 429, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } },
  )
  const { stick, waits } = client(github)
  assert.equal(await stick('one'), 'created')
  assert.deepEqual(waits, [3000, 20_000])
})

test('a limit that holds too long is not waited for', async () => {
  await using github = await fakeGithub()
  github.trouble.push({ status: 429, headers: { 'retry-after': '900' }, times: 99 })
  const { stick, waits } = client(github)
  await assert.rejects(stick('one'), { name: 'GithubError', status: 429 })
  assert.deepEqual(waits, [])
})

test('a failing server is asked again with growing waits, then given up', async () => {
  await using github = await fakeGithub()
  github.trouble.push({ status: 503, times: 2 })
  const { stick, waits } = client(github)
  assert.equal(await stick('one'), 'created')
  assert.deepEqual(waits, [300, 600])
  github.trouble.push({ status: 503, times: 99 })
  await assert.rejects(client(github).stick('two'), { status: 503 })
})

test('a missing permission is not tried again', async () => {
  await using github = await fakeGithub()
  github.trouble.push({ status: 403, message: 'Resource not accessible by integration', times: 99 })
  await assert.rejects(client(github).stick('one'), (error: unknown) => {
    assert.ok(error instanceof GithubError)
    assert.match(error.message, /GET \/repos\/o\/r\/issues\/7\/comments: 403 Resource not accessible/)
    return true
  })
  assert.equal(github.requests.length, 1)
})

test('a server that cannot be reached says why', async () => {
  const { stick, waits } = client({ url: 'http://127.0.0.1:9' })
  await assert.rejects(stick('one'), { name: 'GithubError', status: undefined, message: /cannot be reached/ })
  assert.equal(waits.length, 3)
})
