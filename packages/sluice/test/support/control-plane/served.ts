import type { Finished, Project, Started } from '../project.ts'
import { until } from '../until.ts'

const adminToken = 'an-admin-token-for-tests'
const serve = ['serve', '--port', '0']

/** A control plane on a free port, with its data in the project. */
export interface Served extends AsyncDisposable {
  url: string
  /** What commands need to reach it. */
  env: NodeJS.ProcessEnv
  pid: number
  /** Runs a command against it. */
  sluice(...args: string[]): Promise<Finished>
  /** Asks it as an application would. */
  request(path: string, body?: unknown): Promise<Response>
  /** Lets it finish; resolves to what became of the process. */
  stop(signal?: NodeJS.Signals): Promise<Finished>
}

/**
 * Starts `sluice serve` in the project, with more of an environment if need be, and waits until it listens: the built one,
 * as a process of its own.
 */
export async function served(project: Project, more: NodeJS.ProcessEnv = {}): Promise<Served> {
  return listening(project.start(serve, { ...more, SLUICE_ADMIN_TOKEN: adminToken }), project, 'SIGKILL')
}

/** The same in this process, which costs a tenth of it, where it is not the process that is tested. */
export async function servedHere(project: Project): Promise<Served> {
  return listening(project.startHere(serve, { SLUICE_ADMIN_TOKEN: adminToken }), project, 'SIGTERM')
}

async function listening(server: Started, project: Project, end: NodeJS.Signals): Promise<Served> {
  const address = () => /"url":"(http:[^"]+)"/.exec(server.said())?.[1]
  let ended = false
  void server.done.then(() => {
    ended = true
  })
  await until(() => ended || address() !== undefined, 'sluice serve to listen')
  const url = address()
  if (url === undefined) throw new Error(`sluice serve has ended: ${server.said()}`)
  const env = { SLUICE_URL: url, SLUICE_TOKEN: adminToken }
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    server.kill(signal)
    return server.done
  }
  return {
    url,
    env,
    pid: server.pid,
    sluice: (...args) => project.sluice(args, env),
    request: (path, body) =>
      fetch(url + path, {
        headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      }),
    stop,
    [Symbol.asyncDispose]: async () => void (await stop(end)),
  }
}
