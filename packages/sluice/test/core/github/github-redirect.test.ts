import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGithubApi } from '../../../src/core/github/github-api.ts'
import { createLeanFetch } from '../../../src/core/providers/http/lean-fetch.ts'
import { faultServer, inTurn, json, type Play } from '../../support/providers/fault-server.ts'

const moved =
  (status: number, location: string): Play =>
  (response) =>
    void response.writeHead(status, { location }).end('{"message": "Moved Permanently"}')

const api = (url: string, token = 't') =>
  createGithubApi({
    url,
    token,
    fetch: createLeanFetch({ env: {} }),
    sleep: async () => {},
    random: () => 0,
    now: () => 0,
  })

test('a repository that was renamed is found where it is now', async () => {
  await using server = await faultServer(inTurn(moved(301, '/v1/repositories/7/pulls'), json([{ number: 7 }])))
  assert.deepEqual((await api(server.url).request('GET', '/repos/a/b/pulls')).data, [{ number: 7 }])
  assert.deepEqual(
    server.requests.map(({ url, headers }) => [url, headers.authorization]),
    [
      ['/v1/repos/a/b/pulls', 'Bearer t'],
      ['/v1/repositories/7/pulls', 'Bearer t'],
    ],
  )
})

test('a comment is posted to the new place only where the answer asks for just that', async () => {
  await using asked = await faultServer(inTurn(moved(307, '/v1/new'), json({ id: 1 })))
  assert.deepEqual((await api(asked.url).request('POST', '/old', { body: 'x' })).data, { id: 1 })
  assert.deepEqual(asked.requests[1]?.body, { body: 'x' })
  await using unclear = await faultServer(moved(302, '/v1/new'))
  await assert.rejects(api(unclear.url).request('POST', '/old', { body: 'x' }), /302/)
  assert.equal(unclear.requests.length, 1)
})

test('the token goes to no other server, and round in circles only so often', async () => {
  await using other = await faultServer(json({}))
  await using server = await faultServer(moved(301, `${other.url}/x`))
  await assert.rejects(api(server.url).request('GET', '/old'), /301/)
  assert.equal(other.requests.length, 0)
  await using circle = await faultServer(moved(301, '/v1/old'))
  await assert.rejects(api(circle.url).request('GET', '/old'), /301/)
  assert.equal(circle.requests.length, 4)
})

test('what a server says of a refusal is shown without the token that it was sent, and not at any length', async () => {
  const token = 'github_pat_of-a-test'
  const detail =
    (text: string): Play =>
    (response) =>
      void response.writeHead(400).end(text)
  for (const text of [`{"message": "you sent Bearer ${token}"}`, `<p>you sent Bearer ${token}`]) {
    await using server = await faultServer(detail(text))
    await assert.rejects(
      api(server.url, token).request('POST', '/x'),
      /^GithubError: POST \/x: 400 .*you sent Bearer \*\*\*/,
    )
  }
  await using server = await faultServer(detail(JSON.stringify({ message: 'x'.repeat(10_000) })))
  await assert.rejects(api(server.url, token).request('POST', '/x'), ({ message }: Error) => message.length < 400)
})
