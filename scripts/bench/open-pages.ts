// Pages that are open in browsers, over bare sockets: each asks for itself anew when its stream tells of a change.
import { Agent, request } from 'node:http'
import { parentPort, Worker, workerData } from 'node:worker_threads'

interface Wanted {
  url: string
  cookie: string
  /** The pages that are open. */
  paths: readonly string[]
}

export interface OpenPages {
  /** How many updates they have been told, and how many of these brought another content, since the last call. */
  told(): Promise<{ updates: number; contents: number; bytes: number }>
  close(): Promise<void>
}

/** Opens them in a thread of their own. Resolves once each has heard its stream. */
export async function openPages(wanted: Wanted): Promise<OpenPages> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { ...wanted, isOpener: true } })
  const answer = <T>(ask?: string) =>
    new Promise<T>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      if (ask) worker.postMessage(ask)
    })
  await answer()
  return {
    told: () => answer('told'),
    close: async () => void (await worker.terminate()),
  }
}

if (workerData?.isOpener) await follow(workerData as Wanted)

async function follow({ url, cookie, paths }: Wanted): Promise<void> {
  const told = { updates: 0, contents: 0, bytes: 0 }
  await Promise.all(paths.map((path) => followOne({ url, cookie, path }, told)))
  parentPort?.postMessage('open')
  parentPort?.on('message', () => {
    parentPort?.postMessage({ ...told })
    Object.assign(told, { updates: 0, contents: 0, bytes: 0 })
  })
}

type Told = Awaited<ReturnType<OpenPages['told']>>

/** As the script of the pages does: one request at a time, and one more if something has changed meanwhile. */
function followOne({ url, cookie, path }: { url: string; cookie: string; path: string }, told: Told): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let [tag, isAsking, isDue] = ['', false, false]

  const ask = () =>
    new Promise<void>((resolve, reject) => {
      const headers = { cookie, accept: 'text/html', 'sluice-part': 'main', 'if-none-match': `"${tag}"` }
      const sent = request(url + path, { agent, headers }, (response) => {
        response.on('data', (part: Buffer) => {
          told.bytes += part.length
        })
        response.on('end', () => {
          tag = response.headers.etag?.replaceAll('"', '') ?? ''
          if (response.statusCode === 200) told.contents += 1
          resolve()
        })
      })
      sent.on('error', reject)
      sent.end()
    })

  async function askAll(): Promise<void> {
    isDue = true
    if (isAsking) return
    isAsking = true
    for (; isDue; ) {
      isDue = false
      await ask()
    }
    isAsking = false
  }

  return new Promise((resolve, reject) => {
    const sent = request(`${url}/live`, { headers: { cookie, accept: 'text/event-stream' } }, (response) => {
      response.setEncoding('utf8').on('data', (text: string) => {
        if (!text.includes('event: changed')) return
        told.updates += 1
        askAll().then(resolve, reject)
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}
