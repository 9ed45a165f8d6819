import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FakeRepository } from './fake-repository.ts'

export interface FakeComment {
  id: number
  body: string
  user: { login: string; type: string }
}

/** What the next matching request gets instead of its answer; `carriedOut` does the work all the same. */
export interface Trouble {
  method?: string
  /** Only requests whose `METHOD path?query` it matches. */
  of?: RegExp
  status: number
  headers?: Record<string, string>
  message?: string
  carriedOut?: boolean
  /** How many requests; by default one. */
  times?: number
}

export interface FakeGithub extends AsyncDisposable {
  url: string
  comments: FakeComment[]
  /** `METHOD path?query` of every request, in order. */
  requests: string[]
  trouble: Trouble[]
  pulls: { number: number; head: { sha: string } }[]
  /** What was posted to make commits, branches and pull requests, by the end of the path. */
  made: { place: string; body: Record<string, unknown> }[]
  /** Called before a request is answered, or does anything. */
  before: (request: string) => void | Promise<void>
  /** What it holds; without one only comments and pull requests are answered. */
  repository: FakeRepository | undefined
}

const longest = 65_536

/** GitHub's API for comments, as far as it is used: pages of at most 100, its refusals and its limits. */
export async function fakeGithub({
  author = 'github-actions[bot]',
  repository,
}: {
  author?: string
  repository?: FakeRepository
} = {}): Promise<FakeGithub> {
  const state = { comments: [] as FakeComment[], requests: [] as string[], trouble: [] as Trouble[] }
  let lastId = 1000
  const github = {
    ...state,
    pulls: [] as FakeGithub['pulls'],
    made: [] as FakeGithub['made'],
    before: (_: string): void | Promise<void> => {},
    repository,
  }
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url = '' } = request
    github.requests.push(`${method} ${url}`)
    await github.before(`${method} ${url}`)
    const send = (status: number, data?: unknown, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(data === undefined ? '' : JSON.stringify(data))
    }
    const due = github.trouble.find(
      (trouble) => (trouble.method ?? method) === method && (trouble.of?.test(`${method} ${url}`) ?? true),
    )
    if (due) {
      due.times = (due.times ?? 1) - 1
      if (due.times <= 0) github.trouble.splice(github.trouble.indexOf(due), 1)
      if (due.carriedOut) handle(method, url, Buffer.concat(chunks).toString(), () => {})
      return send(due.status, { message: due.message ?? 'Trouble' }, due.headers)
    }
    if (!request.headers.authorization?.startsWith('Bearer ')) return send(401, { message: 'Bad credentials' })
    handle(method, url, Buffer.concat(chunks).toString(), send)
  }
  type Send = (status: number, data?: unknown, headers?: Record<string, string>) => void
  const handle = (method: string, path: string, text: string, send: Send) => {
    const url = new URL(path, 'http://github')
    const body = text === '' ? {} : (JSON.parse(text) as { body?: string })
    const answer = github.repository?.answer(method, url, body)
    if (answer) return send(answer.status, answer.data)
    const [, place] = /^\/repos\/[^/]+\/[^/]+(?:\/(git\/\w+|pulls))?(?:\/[0-9a-f]+)?$/.exec(url.pathname) ?? []
    if (method === 'POST' && place !== undefined) {
      github.made.push({ place, body })
      return send(201, { sha: `made-${github.made.length}`, html_url: 'https://github.com/acme/app/pull/8' })
    }
    if (place === 'git/commits') return send(200, { tree: { sha: 'tree-of-head' } })
    if (/^\/repos\/[^/]+\/[^/]+$/.test(url.pathname)) return send(200, { default_branch: 'main' })
    if (url.pathname.endsWith('/pulls')) return send(200, github.pulls)
    if (body.body !== undefined && body.body.length > longest) {
      return send(422, {
        message: 'Validation Failed',
        errors: [`body is too long (maximum is ${longest} characters)`],
      })
    }
    const [, id] = /\/issues\/comments\/(\d+)$/.exec(url.pathname) ?? []
    if (id !== undefined) return handleOne(method, Number(id), body.body ?? '', send)
    if (method === 'POST') {
      const comment = { id: ++lastId, body: body.body ?? '', user: { login: author, type: 'Bot' } }
      github.comments.push(comment)
      return send(201, comment)
    }
    const size = Math.min(100, Number(url.searchParams.get('per_page') ?? 30))
    const page = Number(url.searchParams.get('page') ?? 1)
    const rows = github.comments.slice((page - 1) * size, page * size)
    const hasNext = github.comments.length > page * size
    send(200, rows, hasNext ? { link: `<http://github${url.pathname}?page=${page + 1}>; rel="next"` } : {})
  }
  const handleOne = (method: string, id: number, body: string, send: Send) => {
    const comment = github.comments.find((found) => found.id === id)
    if (!comment) return send(404, { message: 'Not Found' })
    if (method === 'DELETE') {
      github.comments.splice(github.comments.indexOf(comment), 1)
      return send(204)
    }
    comment.body = body
    send(200, comment)
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(github, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

/** Comments of people, more than one page of them. */
export function chatter(count: number): FakeComment[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    body: `Comment ${index}`,
    user: { login: 'ann', type: 'User' },
  }))
}
