import type { ServerResponse } from 'node:http'
import { securityHeaders } from '../http/answer.ts'
import { type Sink, streamHeaders } from './sink.ts'

/** A stream on the response of Node's server: one write a frame, without a copy. */
export function createNodeSink(response: ServerResponse, headers: Record<string, string>): Sink {
  response.socket?.setNoDelay(true)
  response.on('error', () => undefined)
  response.writeHead(200, { ...securityHeaders, ...streamHeaders, ...headers })
  response.flushHeaders()
  // HTTP/1.0 knows no chunks. Node would write each in four parts, for every stream anew.
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

/** The frame as a chunk, made once for all who are sent it. */
function chunkOf(frame: Uint8Array): Uint8Array {
  const known = chunks.get(frame)
  if (known) return known
  const chunk = Buffer.concat([Buffer.from(`${frame.length.toString(16)}\r\n`), frame, lineEnd])
  chunks.set(frame, chunk)
  return chunk
}
