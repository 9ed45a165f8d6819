import type { ServerResponse } from 'node:http'
import { securityHeaders } from '../http/security-headers.ts'

/** The sending end of one stream. */
export interface Sink {
  send(frame: Uint8Array): void
  /** Bytes that the reader has not received yet. */
  buffered(): number
  /** Ends the stream after the frames that were sent. */
  end(): void
  /** Ends the stream at once. */
  cut(): void
  onClose(listener: () => void): void
}

export const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  // Asks nginx not to collect the events.
  'x-accel-buffering': 'no',
} as const

/** A stream on the response of Node's server, with one write per frame and no copy. */
export function createNodeSink(response: ServerResponse, headers: Record<string, string>): Sink {
  response.socket?.setNoDelay(true)
  response.on('error', () => undefined)
  response.writeHead(200, { ...securityHeaders, ...streamHeaders, ...headers })
  response.flushHeaders()
  // Chunks are made here, since Node would write each in four parts, again for every stream. HTTP/1.0 has no chunks.
  const isChunked = response.chunkedEncoding
  response.chunkedEncoding = false
  return {
    send: (frame) => void response.write(isChunked ? chunkOf(frame) : frame),
    buffered: () => response.writableLength,
    end: () => void (isChunked ? response.end(lastChunk) : response.end()),
    cut: () => void response.destroy(),
    onClose: (listener) => void response.once('close', listener),
  }
}

const lastChunk = Buffer.from('0\r\n\r\n')
const lineEnd = Buffer.from('\r\n')
const chunks = new WeakMap<Uint8Array, Uint8Array>()

/** The frame as an HTTP chunk, made once for all streams that send it. */
function chunkOf(frame: Uint8Array): Uint8Array {
  const known = chunks.get(frame)
  if (known) return known
  const chunk = Buffer.concat([Buffer.from(`${frame.length.toString(16)}\r\n`), frame, lineEnd])
  chunks.set(frame, chunk)
  return chunk
}

/** A stream as the body of a web Response, used without a server. */
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
