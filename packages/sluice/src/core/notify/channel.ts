import type { ChannelMessage } from './message.ts'

/** An HTTP POST, ready to be sent. Address and headers may hold secrets and are never printed. */
export interface OutgoingRequest {
  url: string
  headers: Record<string, string>
  body: string
}

/** One receiver of messages. */
export interface Channel {
  /** Names the channel in messages and in the store: its kind and where its address comes from, no secret. */
  id: string
  /** Changes with the address, so that a channel that was switched off comes back with a new one. */
  addressId: string
  /** Whether it takes only messages that raise or resolve an alarm. */
  onlyAlarms: boolean
  /** Makes the request for one attempt, which is signed with `now`, in ms since the epoch. */
  request(message: ChannelMessage, now: number): OutgoingRequest
}
