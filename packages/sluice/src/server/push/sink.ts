/** Where the frames of one stream go. */
export interface Sink {
  send(frame: Uint8Array): void
  /** Bytes that the reader has not taken yet. */
  buffered(): number
  /** Ends the stream after what was sent. */
  end(): void
  /** Breaks it off. */
  cut(): void
  onClose(listener: () => void): void
}

export const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  // Asks nginx not to collect the events.
  'x-accel-buffering': 'no',
} as const
