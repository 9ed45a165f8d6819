import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Played } from './play.ts'
import type { Play } from './row.ts'

/** A part of a row. */
export interface Chunk {
  row: number
  play: Play
  seed: number
  from: number
  to: number
}

/** Plays the chunks on all cores; the answers do not depend on how they are spread. */
export async function playAll(
  chunks: readonly Chunk[],
  script: URL,
  done: (chunk: Chunk, found: Played) => void,
): Promise<void> {
  const queue = [...chunks]
  const worker = () =>
    new Promise<void>((resolve, reject) => {
      const thread = new Worker(script)
      let present: Chunk | undefined
      const next = () => {
        present = queue.shift()
        if (present) thread.postMessage(present)
        else void thread.terminate().then(() => resolve(), reject)
      }
      thread.on('message', (found: Played) => {
        if (present) done(present, found)
        next()
      })
      thread.on('error', reject)
      next()
    })
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), chunks.length) }, worker))
}
