import type { ChannelMessage } from './message.ts'

/** An HTTP POST, ready to be sent. Address and headers may hold secrets and are never printed. */
export interface OutgoingRequest {
  url: string
  headers: Record<string, string>
  body: string
}

/** One place that is told. */
export interface Channel {
  /** Names the channel in messages and in the store: its kind and where its address comes from, no secret. */
  id: string
  /** Changes with the address, so that a channel that was switched off comes back with a new one. */
  addressId: string
  /** It takes only what somebody is called for, and that they need not come any more. */
  onlyAlarms: boolean
  /** `now` in ms since the epoch: each attempt is signed anew. */
  request(message: ChannelMessage, now: number): OutgoingRequest
}
