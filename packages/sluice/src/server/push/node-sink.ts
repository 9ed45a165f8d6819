import type { ServerResponse } from 'node:http'
import { securityHeaders } from '../http/answer.ts'
import { type Sink, streamHeaders } from './sink.ts'

/** A stream on the response of Node's server: one write a frame, without a copy. */
export function createNodeSink(response: ServerResponse, headers: Record<string, string>): Sink {
  response.socket?.setNoDelay(true)
  response.on('error', () => undefined)
  response.writeHead(200, { ...securityHeaders, ...streamHeaders, ...headers })
  response.flushHeaders()
  return {
    send: (frame) => void response.write(frame),
    buffered: () => response.writableLength,
    end: () => void response.end(),
    cut: () => void response.destroy(),
    onClose: (listener) => void response.once('close', listener),
  }
}
