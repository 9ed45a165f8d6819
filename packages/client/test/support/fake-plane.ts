import type { Acknowledgement, Outcome, Snapshot } from '../../src/index.ts'

interface Stream {
  send(text: string): void
  end(): void
}

/** What may be done to a request instead of answering it; undefined answers. */
export type Interference = (path: string, init: RequestInit) => Response | Error | undefined

/** A control plane as far as a client sees one, behind a `fetch` of its own. */
export interface FakePlane {
  fetch: typeof globalThis.fetch
  streams: Stream[]
  acks: Acknowledgement[]
  /** Outcomes by batch. */
  batches: Outcome[][]
  /** How old its last look at the store is, in ms. */
  readAgeMs: number
  /** `method path`, in order. */
  requests: string[]
  /** Sends a snapshot over all streams, and to whoever asks from now on. */
  publish(snapshot: Snapshot, options?: { push?: boolean }): void
  interfere(interference: Interference | undefined): void
}

export const frame = (snapshot: Snapshot) =>
  `id: ${snapshot.revision}\nevent: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`

export function fakePlane(first: Snapshot): FakePlane {
  let current = first
  let interference: Interference | undefined
  const plane: FakePlane = {
    streams: [],
    acks: [],
    batches: [],
    requests: [],
    readAgeMs: 0,
    async fetch(input, init = {}) {
      const path = new URL(String(input)).pathname
      plane.requests.push(`${init.method ?? 'GET'} ${path}`)
      const instead = interference?.(path, init)
      if (instead instanceof Error) throw instead
      return instead ?? proven(answer(path, init), init)
    },
    publish(snapshot, { push = true } = {}) {
      current = snapshot
      if (push) for (const stream of plane.streams) stream.send(frame(snapshot))
    },
    interfere(next) {
      interference = next
    },
  }

  /** Says that the store was read for this request. */
  function proven(response: Response, init: RequestInit): Response {
    response.headers.set('sluice-nonce', new Headers(init.headers).get('sluice-nonce') ?? '')
    response.headers.set('sluice-read-age', String(plane.readAgeMs))
    return response
  }

  function answer(path: string, init: RequestInit): Response {
    if (path === '/v1/stream') return stream(init.signal)
    if (path === '/v1/snapshot') return snapshotAnswer(new Headers(init.headers).get('if-none-match'))
    const body = JSON.parse(String(init.body)) as Acknowledgement & { outcomes: Outcome[] }
    if (path === '/v1/acks') {
      plane.acks.push(body)
      const { epoch, revision, hash } = current
      return Response.json({ epoch, revision, hash, heartbeatMs: 10_000 })
    }
    plane.batches.push(body.outcomes)
    return Response.json({ accepted: body.outcomes.length, duplicates: 0, rejected: [] })
  }

  function snapshotAnswer(known: string | null): Response {
    const etag = `"${current.epoch}-${current.revision}-${current.hash}"`
    if (known === etag) return new Response(null, { status: 304, headers: { etag } })
    return Response.json(current, { headers: { etag } })
  }

  function stream(signal: AbortSignal | null | undefined): Response {
    const text = new TextEncoder()
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const made: Stream = {
          send: (piece) => controller.enqueue(text.encode(piece)),
          end() {
            plane.streams = plane.streams.filter((other) => other !== made)
            controller.close()
          },
        }
        plane.streams.push(made)
        made.send(`retry: 1000\n\n${frame(current)}`)
        signal?.addEventListener('abort', () => {
          plane.streams = plane.streams.filter((other) => other !== made)
        })
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
  return plane
}
