import type { Clock } from '@sluice/client'
import type { Life } from './life.ts'
import type { RandomSource } from './random-source.ts'
import type { Trouble } from './trouble.ts'

/** Whoever answers requests. */
export interface Host {
  life: Life
  answer(request: Request): Promise<Response>
}

export interface NetworkOptions {
  clock: Clock
  random: RandomSource
  trouble: () => Trouble
  hosts: () => readonly Host[]
}

type Init = RequestInit & { signal?: AbortSignal | null }

/** The way from clients to whichever replica is alive. Messages are late, lost, doubled, overtaken; streams break. */
export function networkFetch({ clock, random, trouble, hosts }: NetworkOptions): typeof fetch {
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.setTimer(resolve, ms))
  const travel = () => pause(random.chance(trouble().slow) ? random.between(500, 4000) : random.between(1, 20))

  async function arrive(url: string, init: Init): Promise<{ host: Host; response: Response }> {
    const alive = hosts().filter(({ life }) => life.alive)
    if (alive.length === 0) throw new TypeError('connection refused')
    const host = random.pick(alive)
    const died = new Promise<never>((_, reject) => host.life.onEnd(() => reject(new TypeError('connection reset'))))
    const { signal: _, ...rest } = init
    return { host, response: await Promise.race([host.answer(new Request(url, rest)), died]) }
  }

  async function exchange(url: string, init: Init): Promise<Response> {
    await travel()
    if (random.chance(trouble().lost)) {
      await pause(random.between(100, 3000))
      throw new TypeError('the request was lost')
    }
    if (random.chance(trouble().doubled))
      void travel()
        .then(() => arrive(url, init))
        .then(({ response }) => response.body?.cancel())
        .catch(() => undefined)
    const { host, response } = await arrive(url, init)
    await travel()
    if (random.chance(trouble().lost)) {
      await response.body?.cancel()
      throw new TypeError('the answer was lost')
    }
    return isStream(response) ? streamed(host, response, init.signal) : response
  }

  function streamed({ life }: Host, response: Response, signal: AbortSignal | null | undefined): Response {
    const reader = response.body!.getReader()
    let open = true
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        const fail = (error: unknown) => {
          if (!open) return
          open = false
          controller.error(error)
          void reader.cancel().catch(() => undefined)
        }
        life.onEnd(() => fail(new TypeError('connection reset')))
        signal?.addEventListener('abort', () => fail(signal.reason))
        if (signal?.aborted) return fail(signal.reason)
        void pump(controller, fail)
      },
      cancel() {
        open = false
        return reader.cancel()
      },
    })
    return new Response(body, { status: response.status, headers: response.headers })

    async function pump(controller: ReadableStreamDefaultController<Uint8Array>, fail: (error: unknown) => void) {
      for (;;) {
        const { value, done } = await reader.read()
        if (!open) return
        if (done) {
          open = false
          return controller.close()
        }
        if (random.chance(trouble().stalled)) return
        if (random.chance(trouble().cut)) return fail(new TypeError('the stream was cut'))
        await travel()
        if (!open) return
        controller.enqueue(value)
      }
    }
  }

  return async (input, init: Init = {}) => {
    const { signal } = init
    if (signal?.aborted) throw signal.reason
    const aborted = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    return Promise.race([exchange(String(input), init), aborted])
  }
}

function isStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') ?? false
}
