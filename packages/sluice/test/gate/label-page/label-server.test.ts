import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { question, serveQuestions } from '../../support/labels/served-questions.ts'

interface Sent {
  path?: string
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** As whoever sends what a browser would not. */
async function send(url: string, { path, method = 'POST', headers = {}, body = 'action=yes&position=1' }: Sent) {
  const { hostname, port, pathname, origin } = new URL(url)
  const given = { origin, host: `${hostname}:${port}`, ...headers }
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const sent = request({ hostname, port, method, path: path ?? `${pathname}answer`, headers: given }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    sent.on('error', reject)
    sent.end(method === 'POST' ? body : undefined)
  })
}

const two = () => serveQuestions([question(0), question(1)])
const hasLabels = (project: Awaited<ReturnType<typeof two>>) => {
  try {
    return project.labels().length
  } catch {
    return 0
  }
}

test('only the page itself, by its own address and token, may write', async () => {
  await using project = await two()
  const { url } = project.server
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/secret-token\/$/)
  const port = new URL(url).port
  const refused: [string, Sent, number][] = [
    ['another name for this machine', { headers: { host: `evil.example:${port}` } }, 421],
    ['another page', { headers: { origin: 'https://evil.example' } }, 403],
    ['no page', { headers: { origin: 'null' } }, 403],
    ['a wrong token', { path: '/secret-tokem/answer' }, 404],
    ['no token', { path: '/answer' }, 404],
    ['a path behind the token', { path: '/secret-token/answer/x' }, 404],
    ['another method', { method: 'PUT' }, 405],
    ['an unknown action', { body: 'action=format&position=1' }, 400],
    ['no position', { body: 'action=yes&position=one' }, 400],
    ['another question than the one shown', { body: 'action=yes&position=2' }, 409],
  ]
  for (const [what, sent, status] of refused) assert.equal((await send(url, sent)).status, status, what)
  assert.equal(hasLabels(project), 0)
  assert.equal((await send(url, { body: 'x'.repeat(5000) })).status, 500)
  assert.equal((await send(url, {})).status, 303)
  assert.equal(hasLabels(project), 1)
})

test('two answers to the same question at once are one label', async () => {
  await using project = await two()
  const answers = await Promise.all([1, 2].map(() => send(project.server.url, {})))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 409])
  assert.equal(hasLabels(project), 1)
})

test('a text of a model cannot turn a part of itself round', async () => {
  await using project = await serveQuestions([question(0, {}, 'paid\u202e.ton saw')])
  const { text: page } = await send(project.server.url, { method: 'GET', path: '/secret-token/' })
  assert.match(page, /U\+202E/)
  assert.doesNotMatch(page, /\u202e/)
})

test('the page may load its own script and style, and nothing else', async () => {
  await using project = await two()
  const { headers, text } = await send(project.server.url, { method: 'GET', path: '/secret-token/' })
  const policy = String(headers['content-security-policy'])
  assert.match(
    policy,
    /default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; .*frame-ancestors 'none'/,
  )
  assert.ok(!policy.includes('unsafe') && headers['cache-control'] === 'no-store')
  assert.ok(!/<style|<script>|style=|onclick|https?:/.test(text))
  for (const file of ['page.js', 'page.css'])
    assert.equal((await send(project.server.url, { method: 'GET', path: `/secret-token/${file}` })).status, 200)
  assert.equal((await send(project.server.url, { method: 'GET', path: '/secret-token/x' })).status, 404)
})

test('a question about the trajectory shows it, and not the output where it is not about that', async () => {
  const parts = [{ title: 'Trajectory', text: '1 assistant: "<b>"\n1.1 calls "refund" with {}' }]
  await using project = await serveQuestions([question(0, { parts })])
  const { text } = await send(project.server.url, { method: 'GET', path: new URL(project.server.url).pathname })
  assert.match(text, /<h2>Trajectory<\/h2><pre tabindex="0">\n1 assistant: (?:"|&quot;)&lt;b&gt;/)
  assert.doesNotMatch(text, /<h2>Output<\/h2>/)
})
