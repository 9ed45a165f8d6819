import type { Finished, Project } from './project.ts'
import { until } from './until.ts'

const adminToken = 'an-admin-token-for-tests'

/** A control plane of its own process, on a free port, with its data in the project. */
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

/** Starts `sluice serve` in the project, with more of an environment if need be, and waits until it listens. */
export async function served(project: Project, more: NodeJS.ProcessEnv = {}): Promise<Served> {
  const server = project.start(['serve', '--port', '0'], { ...more, SLUICE_ADMIN_TOKEN: adminToken })
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
    [Symbol.asyncDispose]: async () => void (await stop('SIGKILL')),
  }
}
