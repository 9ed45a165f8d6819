import type { SnapshotChange } from '@sluice/client'

const encoder = new TextEncoder()

/** A snapshot as an event of a stream; JSON text has no line breaks. */
export function snapshotFrame(revision: number, json: string): Uint8Array {
  return encoder.encode(`event: snapshot\nid: ${revision}\ndata: ${json}\n\n`)
}

/** What changed since the snapshot or change before it. */
export function changeFrame(change: SnapshotChange): Uint8Array {
  return encoder.encode(`event: change\nid: ${change.revision}\ndata: ${JSON.stringify(change)}\n\n`)
}

/** Asks a client to wait a second before it comes back. */
export const retryFrame = encoder.encode('retry: 1000\n\n')

/** A comment, which says only that the connection is alive. */
export const heartbeatFrame = encoder.encode(': heartbeat\n\n')
