// An application that ends in the way that its first argument names, with one request behind it. The second one is the control plane.
import { fork } from 'node:child_process'
import cluster from 'node:cluster'
import { Worker } from 'node:worker_threads'
import { SluiceClient } from '../../src/index.ts'
import { version } from './snapshots.ts'

const [, file = '', way = '', url = ''] = process.argv

async function served(unit: string): Promise<SluiceClient> {
  const fallbacks = { mail: version('a1b2c3d4e5f6') }
  const client = new SluiceClient({ url, token: 't', fallbacks, flushMs: 60_000 })
  await client.route('mail', unit).run(async () => 'an answer')
  return client
}

const ways: Record<string, () => Promise<unknown>> = {
  'has nothing left to do': () => served('one'),
  async 'calls process.exit'() {
    await served('one')
    process.exit(0)
  },
  async 'flushes, then calls process.exit'() {
    const client = await served('one')
    await client.flush()
    process.exit(0)
  },
  async throws() {
    await served('one')
    setTimeout(() => {
      throw new Error('a fault of the application')
    })
  },
  async 'closes at SIGTERM'() {
    const client = await served('one')
    const alive = setInterval(() => undefined, 1000)
    process.once('SIGTERM', () => {
      clearInterval(alive)
      void client.close()
    })
    console.log('ready')
  },
  async forks() {
    for (let child = 0; child < 2; child += 1) fork(file, ['has nothing left to do', url])
    await served('parent')
  },
  async 'is a cluster'() {
    if (cluster.isWorker) {
      const client = await served('worker')
      await client.close()
      return cluster.worker?.disconnect()
    }
    cluster.fork()
    cluster.fork()
  },
  async 'starts a thread'() {
    // A thread's arguments follow the name of its file.
    new Worker(file, { argv: ['has nothing left to do', url] })
    await served('main')
  },
}

await ways[way]?.()
