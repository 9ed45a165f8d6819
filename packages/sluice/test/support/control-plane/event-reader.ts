import type { Snapshot } from '@sluice/client'
import { until } from '../until.ts'

/** What has come over a stream so far, as text. */
export interface EventReader extends AsyncDisposable {
  text(): string
  ended(): boolean
  /** The snapshots in it, in order. */
  snapshots(): Snapshot[]
  /** Resolves once the stream holds `count` snapshots. */
  until(count: number): Promise<Snapshot[]>
}

export function readEvents({ body }: Response): EventReader {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  let ended = false
  const read = async () => {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) text += part.value
  }
  const reading = read()
    .catch(() => undefined)
    .finally(() => {
      ended = true
    })
  const snapshots = () =>
    [...text.matchAll(/^event: snapshot\nid: \d+\ndata: (.*)\n\n/gm)].map(
      ([, data = '']) => JSON.parse(data) as Snapshot,
    )
  return {
    text: () => text,
    ended: () => ended,
    snapshots,
    async until(count) {
      await until(() => snapshots().length >= count, `${count} snapshots`)
      return snapshots()
    },
    async [Symbol.asyncDispose]() {
      await reader?.cancel().catch(() => undefined)
      await reading
    },
  }
}
