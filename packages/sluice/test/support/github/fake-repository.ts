import { createHash } from 'node:crypto'

export interface FakeDeployment {
  id: number
  sha: string
  task: string
  environment: string
  description: string
  payload: { sluice: string; feature: string; version: string }
  /** In the order in which they came. */
  statuses: { id: number; state: string; description: string; log_url?: string; environment_url?: string }[]
}

export interface FakeCheckRun {
  id: number
  name: string
  head_sha: string
  external_id: string
  status: string
  conclusion?: string
  details_url?: string
  output: { title: string; summary: string }
}

export interface FakePull {
  title: string
  body: string
  head: string
  base: string
  html_url: string
}

interface Answer {
  status: number
  data: unknown
}

type Body = Record<string, unknown>
type Files = Record<string, string | Uint8Array>
type Entry = { path: string; mode: string; type: string; sha: string }

/** A repository as GitHub keeps it: objects, branches, and what was told of its commits. */
export interface FakeRepository {
  name: string
  deployments: FakeDeployment[]
  checkRuns: FakeCheckRun[]
  commitStatuses: { sha: string; state: string; context: string; description: string; target_url?: string }[]
  pulls: FakePull[]
  branches: Map<string, string>
  /** What the token may do; all but check runs, as with a personal token. */
  may: { deployments: boolean; checks: boolean; statuses: boolean; contents: boolean; pulls: boolean }
  /** Makes a commit with these files and puts the branch on it. */
  commit(files: Files, branch?: string): string
  /** The files of a commit or a branch. */
  filesOf(place: string): Record<string, string>
  messageOf(commit: string): string
  /** The answer to a request, or undefined where it is about something else. */
  answer(method: string, url: URL, body: Body): Answer | undefined
}

const shaOf = (kind: string, content: string | Uint8Array) =>
  createHash('sha1').update(kind).update(content).digest('hex')
const longestDescription = 140

export function fakeRepository(name = 'acme/mail'): FakeRepository {
  const blobs = new Map<string, Uint8Array>()
  const trees = new Map<string, Entry[]>()
  const commits = new Map<string, { tree: string; parents: string[]; message: string }>()
  let lastId = 0
  const next = () => ++lastId

  function putBlob(content: string | Uint8Array): string {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    const sha = shaOf('blob', bytes)
    blobs.set(sha, bytes)
    return sha
  }
  /** A tree of all files below a folder. */
  function putTree(files: ReadonlyMap<string, { mode: string; sha: string }>): string {
    const entries = new Map<string, Entry>()
    for (const [path, { mode, sha }] of files) {
      const [first = '', ...rest] = path.split('/')
      if (rest.length === 0) entries.set(first, { path: first, mode, type: 'blob', sha })
      else if (!entries.has(first)) {
        const below = [...files].flatMap(([other, file]) =>
          other.startsWith(`${first}/`) ? [[other.slice(first.length + 1), file] as const] : [],
        )
        entries.set(first, { path: first, mode: '040000', type: 'tree', sha: putTree(new Map(below)) })
      }
    }
    const list = [...entries.values()]
    const sha = shaOf('tree', JSON.stringify(list))
    trees.set(sha, list)
    return sha
  }
  function allBelow(tree: string, before = ''): Map<string, { mode: string; sha: string }> {
    return new Map(
      (trees.get(tree) ?? []).flatMap(({ path, mode, type, sha }) =>
        type === 'tree'
          ? [...allBelow(sha, `${before}${path}/`)]
          : [[`${before}${path}`, { mode, sha }] as [string, { mode: string; sha: string }]],
      ),
    )
  }
  function putCommit(tree: string, parents: string[], message: string): string {
    const sha = shaOf('commit', JSON.stringify([tree, parents, message]))
    commits.set(sha, { tree, parents, message })
    return sha
  }
  const isBefore = (earlier: string, later: string): boolean =>
    earlier === later || (commits.get(later)?.parents.some((parent) => isBefore(earlier, parent)) ?? false)
  const commitOf = (place: string) => repository.branches.get(place) ?? place
  const treeOf = (place: string) => commits.get(commitOf(place))?.tree

  const repository: FakeRepository = {
    name,
    ...{ deployments: [], checkRuns: [], commitStatuses: [], pulls: [], branches: new Map() },
    may: { deployments: true, checks: false, statuses: true, contents: true, pulls: true },
    commit(files, branch = 'main') {
      const parent = repository.branches.get(branch)
      const entries = Object.entries(files).map(
        ([path, content]) => [path, { mode: '100644', sha: putBlob(content) }] as const,
      )
      const sha = putCommit(putTree(new Map(entries)), parent ? [parent] : [], `commit ${next()}`)
      repository.branches.set(branch, sha)
      return sha
    },
    filesOf(place) {
      const files = allBelow(treeOf(place) ?? '')
      return Object.fromEntries(
        [...files].map(([path, { sha }]) => [path, Buffer.from(blobs.get(sha) ?? '').toString()]),
      )
    },
    messageOf: (commit) => commits.get(commit)?.message ?? '',
    answer(method, url, body) {
      const base = `/repos/${name}`
      if (!url.pathname.toLowerCase().startsWith(base.toLowerCase()))
        return { status: 404, data: { message: 'Not Found' } }
      const place = url.pathname.slice(base.length)
      return (
        deploymentAnswer(method, place, url, body) ??
        checkAnswer(method, place, url, body) ??
        gitAnswer(method, place, url, body) ??
        pullAnswer(method, place, url, body)
      )
    },
  }

  const ok = (data: unknown): Answer => ({ status: 200, data })
  const made = (data: unknown): Answer => ({ status: 201, data })
  const refused = (status: number, message: string): Answer => ({ status, data: { message } })
  const forbidden = refused(403, 'Resource not accessible by personal access token')
  const tooLong = (text: unknown) => [...String(text ?? '')].length > longestDescription

  function deploymentAnswer(method: string, place: string, url: URL, body: Body): Answer | undefined {
    const { deployments, may } = repository
    if (place === '/deployments' && method === 'GET') {
      const wanted = deployments
        .filter((one) => one.task === (url.searchParams.get('task') ?? one.task))
        .filter((one) => one.environment === (url.searchParams.get('environment') ?? one.environment))
      return ok(wanted.toReversed())
    }
    if (place === '/deployments' && method === 'POST') {
      if (!may.deployments) return forbidden
      if (!commits.has(String(body.ref))) return refused(422, `No ref found for: ${body.ref}`)
      if (tooLong(body.description)) return refused(422, 'description is too long (maximum is 140 characters)')
      // By default other checks of the commit would hold it up, and the default branch would be merged into it.
      if (body.auto_merge !== false || JSON.stringify(body.required_contexts) !== '[]') return refused(409, 'Conflict')
      const deployment = { ...body, id: next(), sha: body.ref, statuses: [] } as unknown as FakeDeployment
      deployments.push(deployment)
      return made(deployment)
    }
    const [, id] = /^\/deployments\/(\d+)\/statuses$/.exec(place) ?? []
    if (id === undefined) return undefined
    const deployment = deployments.find((one) => one.id === Number(id))
    if (!deployment) return refused(404, 'Not Found')
    if (method === 'GET') return ok(deployment.statuses.toReversed())
    if (!may.deployments) return forbidden
    const states = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success']
    if (!states.includes(String(body.state)) || tooLong(body.description)) return refused(422, 'Validation Failed')
    const status = { ...body, id: next() } as FakeDeployment['statuses'][number]
    deployment.statuses.push(status)
    return made(status)
  }

  function checkAnswer(method: string, place: string, url: URL, body: Body): Answer | undefined {
    const { checkRuns, commitStatuses, may } = repository
    const [, of] = /^\/commits\/(\w+)\/check-runs$/.exec(place) ?? []
    if (of !== undefined) {
      if (!commits.has(of)) return refused(422, `No commit found for SHA: ${of}`)
      const named = checkRuns.filter(({ name }) => name === (url.searchParams.get('check_name') ?? name))
      return ok({ check_runs: named.filter(({ head_sha }) => head_sha === of) })
    }
    if (/^\/check-runs(?:\/\d+)?$/.test(place)) {
      if (!may.checks) return refused(403, 'You must authenticate via a GitHub App.')
      const found = checkRuns.find(({ id }) => place.endsWith(`/${id}`))
      if (method === 'PATCH') return found ? ok(Object.assign(found, body)) : refused(404, 'Not Found')
      const run = { ...body, id: next() } as unknown as FakeCheckRun
      checkRuns.push(run)
      return made(run)
    }
    const [, sha] = /^\/statuses\/(\w+)$/.exec(place) ?? []
    if (sha === undefined) return undefined
    if (!may.statuses) return forbidden
    if (!commits.has(sha)) return refused(422, `No commit found for SHA: ${sha}`)
    if (tooLong(body.description)) return refused(422, 'Validation Failed')
    commitStatuses.push({ ...body, sha } as (typeof commitStatuses)[number])
    return made({ id: next() })
  }

  function gitAnswer(method: string, place: string, url: URL, body: Body): Answer | undefined {
    const { branches, may } = repository
    if (place === '' && method === 'GET') return ok({ default_branch: 'main' })
    const [, earlier = '', later = ''] = /^\/compare\/(\w+)\.\.\.(\w+)$/.exec(place) ?? []
    if (earlier !== '') return ok({ status: isBefore(earlier, later) ? 'ahead' : 'diverged' })
    const [, kind, rest = ''] = /^\/git\/(\w+)(?:\/(.+))?$/.exec(place) ?? []
    if (kind === undefined) return undefined
    if (method !== 'GET' && !may.contents) return forbidden
    const missing = refused(404, 'Not Found')
    if (kind === 'ref') {
      const sha = branches.get(decodeURIComponent(rest).replace(/^heads\//, ''))
      return sha === undefined ? missing : ok({ object: { sha } })
    }
    if (kind === 'refs') {
      const branch = String(body.ref).replace(/^refs\/heads\//, '')
      if (method !== 'POST') throw new Error(`${method} ${place}: no branch that is there may be moved`)
      if (branches.has(branch)) return refused(422, 'Reference already exists')
      branches.set(branch, String(body.sha))
      return made({ ref: body.ref })
    }
    if (kind === 'blobs') {
      const bytes = blobs.get(rest)
      return bytes ? ok({ content: Buffer.from(bytes).toString('base64'), encoding: 'base64' }) : missing
    }
    if (kind === 'commits' && method === 'GET') {
      const commit = commits.get(rest)
      return commit
        ? ok({ tree: { sha: commit.tree }, parents: commit.parents.map((sha) => ({ sha })), message: commit.message })
        : missing
    }
    if (kind === 'commits')
      return made({ sha: putCommit(String(body.tree), body.parents as string[], String(body.message)) })
    if (kind !== 'trees') return undefined
    if (method === 'GET') return treeAnswer(rest, url) ?? missing
    const files = allBelow(String(body.base_tree))
    for (const { path, mode, sha, content } of body.tree as {
      path: string
      mode: string
      sha?: string
      content?: string
    }[])
      files.set(path, { mode, sha: sha ?? putBlob(content ?? '') })
    return made({ sha: putTree(files) })
  }

  function treeAnswer(place: string, url: URL): Answer | undefined {
    const tree = trees.has(place) ? place : treeOf(place)
    if (tree === undefined) return undefined
    if (!url.searchParams.has('recursive')) return ok({ tree: trees.get(tree), truncated: false })
    const entries = [...allBelow(tree)].map(([path, entry]) => ({ path, ...entry }))
    return ok({ tree: entries, truncated: false })
  }

  function pullAnswer(method: string, place: string, url: URL, body: Body): Answer | undefined {
    const { pulls, branches, may } = repository
    if (place !== '/pulls') return undefined
    if (method === 'GET')
      return ok(
        pulls.filter(({ head }) => `${name.split('/')[0]}:${head}` === url.searchParams.get('head')).toReversed(),
      )
    if (!may.pulls) return forbidden
    if (!branches.has(String(body.head)) || !branches.has(String(body.base))) return refused(422, 'Validation Failed')
    if (pulls.some(({ head }) => head === body.head)) return refused(422, 'A pull request already exists')
    const pull = { ...(body as unknown as FakePull), html_url: `https://github.com/${name}/pull/${next()}` }
    pulls.push(pull)
    return made(pull)
  }
  return repository
}
