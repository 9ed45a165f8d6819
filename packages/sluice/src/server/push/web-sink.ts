import type { Sink } from './sink.ts'

/** A stream as the body of a web Response, where no server is between. */
export function createWebSink(): { sink: Sink; body: ReadableStream<Uint8Array> } {
  const listeners: (() => void)[] = []
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const close = (how: (open: ReadableStreamDefaultController<Uint8Array>) => void) => {
    const open = controller
    controller = undefined
    if (!open) return
    how(open)
    for (const listener of listeners) listener()
  }
  const body = new ReadableStream<Uint8Array>(
    {
      start: (made) => {
        controller = made
      },
      cancel: () => close(() => undefined),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  )
  const sink: Sink = {
    send: (frame) => controller?.enqueue(frame),
    buffered: () => -(controller?.desiredSize ?? 0),
    end: () => close((open) => open.close()),
    cut: () => close((open) => open.error(new Error('the reader was too slow'))),
    onClose: (listener) => void listeners.push(listener),
  }
  return { sink, body }
}
