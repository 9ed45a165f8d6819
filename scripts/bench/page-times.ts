// How long the control plane takes for each of its pages, as somebody asks for them who looks around.
import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { pageRoutes } from '../../packages/sluice/src/control/server/pages/page-routes.ts'
import { busyFeatures, type LargePlane } from './large-plane.ts'
import type { BenchServer } from './plane.ts'
import { mainThreadMs } from './processor-time.ts'
import { quantile } from './table.ts'

export interface PageTimes {
  /** As the route names it, and what else is asked. */
  address: string
  bytes: number
  /** From the request to the end of the answer, in ms. */
  ms: { half: number; most: number }
  /** Processor time of the thread that answers, in ms, with what else it did meanwhile. */
  processorMs: { half: number; most: number }
}

/** Pages are kept for a second: each is asked for once in a longer time, so that it is made anew. */
const roundMs = 1200

/** Each address so many times, of other features each time. */
export async function measurePages(
  server: BenchServer,
  plane: ProposedPlane,
  { rounds, cookie }: { rounds: number; cookie: string },
): Promise<PageTimes[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const addresses = pageAddresses()
  const found = new Map<string, { ms: number; processor: number; bytes: number }[]>()
  for (let round = -1; round < rounds; round += 1) {
    const began = performance.now()
    for (const [name, address] of addresses) {
      const [startedAt, before] = [performance.now(), mainThreadMs(server.process.pid)]
      const { bytes } = await getPage(server, address(plane, Math.max(0, round)), { cookie, agent })
      const [ms, processor] = [performance.now() - startedAt, mainThreadMs(server.process.pid) - before]
      if (round >= 0) found.set(name, [...(found.get(name) ?? []), { ms, processor, bytes }])
    }
    await wait(Math.max(0, roundMs - (performance.now() - began)))
  }
  agent.destroy()
  return [...found].map(([address, asked]) => ({
    address,
    bytes: Math.max(...asked.map(({ bytes }) => bytes)),
    ms: spread(asked.map(({ ms }) => ms)),
    processorMs: spread(asked.map(({ processor }) => processor)),
  }))
}

const spread = (values: readonly number[]) => ({ half: quantile(values, 0.5), most: quantile(values, 0.95) })

/** With what waits for approval in it. */
export interface ProposedPlane extends LargePlane {
  proposals: readonly string[]
}

type Address = (plane: ProposedPlane, round: number) => string

const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T

/** Every address of a page, from the routes themselves, and those of their queries that take another way. */
function pageAddresses(): Map<string, Address> {
  const routes = pageRoutes.filter(
    ({ method, path, scopes }) => method === 'GET' && path !== '/live' && scopes !== null,
  )
  const plain = routes.map(({ path }): [string, Address] => [path, (plane, round) => filled(path, plane, round)])
  const first = (path: string, query: (versions: string[]) => string): [string, Address] => [
    `${path} of a version`,
    (plane, round) => {
      const { versions } = withoutRollout(plane, round)
      return `${filled(path, plane, round)}?${query(versions)}`
    },
  ]
  const acts = ['start', 'activate', 'rollback'].map((act) =>
    first(`/features/{feature}/${act}`, (versions) => `version=${versions.at(-1)}`),
  )
  const further: [string, Address][] = [
    ['/ further on', (_, round) => `/?page=${2 + (round % 15)}`],
    ['/ searched', (_, round) => `/?search=${10 + round}`],
  ]
  const compared = first('/features/{feature}/compare', ([from, to]) => `from=${from}&to=${to}`)
  const others = plain.filter(([path]) => !path.endsWith('/compare'))
  return new Map([...others, compared, ...acts, ...further])
}

/** Acts on a feature are asked where no rollout runs, pages of a feature where one does in every other round. */
function filled(path: string, plane: ProposedPlane, round: number): string {
  const isAct = /\/(start|activate|rollback|compare)$/.test(path)
  const { feature, versions } =
    isAct || round % 2 === 1
      ? withoutRollout(plane, round)
      : at(plane.features.slice(0, plane.rollouts.length), round / 2)
  const values: Record<string, string> = {
    ...{ feature, chain: feature, version: at(versions, round) },
    rollout: at(plane.rollouts, round).id,
    proposal: at(plane.proposals, round),
  }
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`the benchmark does not know what stands for {${name}} in ${path}`)
    return encodeURIComponent(value)
  })
}

function withoutRollout(plane: LargePlane, round: number): LargePlane['features'][number] {
  return at(busyFeatures(plane), round)
}

/** Signs in as a browser does, with a token that may do everything. */
export async function signIn(server: BenchServer): Promise<string> {
  const body = new URLSearchParams({ token: server.token }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: server.url }
  const response = await fetch(`${server.url}/sign-in`, { method: 'POST', headers, body, redirect: 'manual' })
  const cookie = response.headers.get('set-cookie')?.split(';', 1)[0]
  if (cookie === undefined) throw new Error(`nobody was signed in: ${response.status}`)
  return cookie
}

function getPage(
  server: Pick<BenchServer, 'url'>,
  path: string,
  { cookie, agent }: { cookie: string; agent?: Agent },
): Promise<{ text: string; bytes: number }> {
  return new Promise((resolve, reject) => {
    const headers = { cookie, accept: 'text/html' }
    const sent = request(server.url + path, { headers, ...(agent && { agent }) }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => {
        const body = Buffer.concat(parts)
        const { statusCode = 500 } = response
        if (statusCode < 300 || (statusCode === 303 && path.startsWith('/sign-in')))
          resolve({ text: body.toString('utf8'), bytes: body.length })
        else reject(new Error(`GET ${path}: ${statusCode} ${body.toString('utf8').slice(0, 2000)}`))
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

/** What a browser loads to show the first page: the page, its style and its script. */
export async function firstPageBytes(
  server: BenchServer,
  cookie: string,
): Promise<{ html: number; style: number; script: number }> {
  const { text, bytes } = await getPage(server, '/', { cookie })
  const size = async (pattern: RegExp) => {
    const path = pattern.exec(text)?.[1] ?? '/no-such-file'
    return (await getPage(server, path, { cookie })).bytes
  }
  const style = await size(/href="(\/assets\/[^"]+\.css)"/)
  return { html: bytes, style, script: await size(/src="(\/assets\/[^"]+\.js)"/) }
}
