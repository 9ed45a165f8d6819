import type { InstanceRecord } from '../../../records/instance.ts'
import type { InstanceStore } from '../../store/instance-store.ts'

interface Waiting {
  record: InstanceRecord
  done: PromiseWithResolvers<boolean>
}

/** How many reports are written at once. */
const atATime = 500

/** Writes the reports of instances. Reports that arrive during a write go into the next one together. */
export interface Acknowledgements {
  /** False if this is a new instance and its token has too many already. */
  put(record: InstanceRecord): Promise<boolean>
}

export function createAcknowledgements(store: Pick<InstanceStore, 'acknowledge'>): Acknowledgements {
  let waiting: Waiting[] = []
  let writing = false

  async function write(): Promise<void> {
    writing = true
    while (waiting.length > 0) {
      const batch = waiting.slice(0, atATime)
      waiting = waiting.slice(atATime)
      await writeBatch(batch)
    }
    writing = false
  }

  /**
   * The store only says how many were left out. In this rare case each report is written again by itself, to find
   * which.
   */
  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const leftOut = await store.acknowledge(batch.map(({ record }) => record))
      for (const { record, done } of batch)
        done.resolve(leftOut === 0 || (batch.length > 1 && (await store.acknowledge([record])) === 0))
    } catch (error) {
      for (const { done } of batch) done.reject(error)
    }
  }

  return {
    put(record) {
      const done = Promise.withResolvers<boolean>()
      waiting.push({ record, done })
      if (!writing) void write()
      return done.promise
    },
  }
}
