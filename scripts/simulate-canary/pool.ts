import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Played } from './play.ts'
import type { Play } from './row.ts'

/** Runs `from` to `to` of a row. */
export interface Chunk {
  play: Play
  seed: number
  from: number
  to: number
}

interface Waiting {
  chunk: Chunk
  resolve: (found: Played) => void
}

/** Threads that play chunks, one for each core; what they find does not depend on which of them plays it. */
export class Pool {
  readonly #queue: Waiting[] = []
  readonly #idle: Worker[]
  readonly #threads: Worker[]

  /** @param script plays each chunk that it is sent, and sends back what it found */
  constructor(script: URL) {
    this.#threads = Array.from({ length: availableParallelism() }, () => new Worker(script))
    this.#idle = [...this.#threads]
    // Without an answer nothing could be said of the row: the process ends.
    for (const thread of this.#threads)
      thread.on('error', (error) => {
        throw error
      })
  }

  get size(): number {
    return this.#threads.length
  }

  play(chunk: Chunk): Promise<Played> {
    return new Promise((resolve) => {
      this.#queue.push({ chunk, resolve })
      this.#next()
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()))
  }

  #next(): void {
    const thread = this.#queue.length > 0 ? this.#idle.shift() : undefined
    if (!thread) return
    const waiting = this.#queue.shift()
    thread.once('message', (found: Played) => {
      this.#idle.push(thread)
      waiting?.resolve(found)
      this.#next()
    })
    thread.postMessage(waiting?.chunk)
  }
}
