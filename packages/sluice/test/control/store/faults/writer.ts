// A process that writes as fast as it can until it is killed: appends of three entries and commits, from several places at
// once. It says `ready`, waits for a line with `{dataDir, round, writers, again}`, and prints what the store has promised.
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { openStore } from '../../../../src/control/store/open-store.ts'
import { StoreError } from '../../../../src/control/store/store-error.ts'
import { change, request } from '../../../support/store/store-samples.ts'

export interface WriterOrders {
  dataDir: string
  round: number
  writers: number
  /** Ids of entries to append once more at the start. */
  again: string[]
}

/** `entries` lists ids; `commit` a chain and a seq; `again` results; `failed` fault, retryable and message. */
export type Promised =
  | { entries: string[] }
  | { commit: [chain: string, seq: number] }
  | { again: string[] }
  | { failed: [fault: string, retryable: boolean, message: string] }

/** At once in the pipe, so that it survives the process. */
const say = (promised: Promised | 'ready') => writeSync(1, `${JSON.stringify(promised)}\n`)

say('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const { dataDir, round, writers, again }: WriterOrders = JSON.parse(line)
  const store = await openStore({ dataDir })
  if (again.length > 0) say({ again: await store.append(again.map((id) => request(id))) })

  const write = async (writer: number, call: number) => {
    if (call % 5 === 4) {
      const result = await store.commit(change(`chain-${writer}`))
      if (result.outcome === 'committed') say({ commit: [result.audit.chain, result.audit.seq] })
      return
    }
    const ids = [0, 1, 2].map((index) => `${round}-${writer}-${call}-${index}`)
    await store.append(ids.map((id) => request(id)))
    say({ entries: ids })
  }
  const writeOn = async (writer: number) => {
    for (let call = 0; ; ) {
      try {
        await write(writer, call)
        call += 1
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        say({ failed: [error.fault, error.retryable, error.message] })
        await wait(10)
      }
    }
  }
  for (let writer = 0; writer < writers; writer += 1) void writeOn(writer)
}
