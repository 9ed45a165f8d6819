import { mostCharacters } from './connection.ts'

/** One server-sent event. */
export interface ServerEvent {
  /** `message` where the stream does not say. */
  type: string
  data: string
}

export interface EventHandlers {
  event(event: ServerEvent): void
  /** The server's wish for the time between reconnections, in ms. */
  retry?(ms: number): void
}

/**
 * Takes the text of an event stream in pieces cut anywhere (WHATWG HTML, 9.2.6), without its ids. Returns what to call with each piece.
 * An event that the stream's end cuts off is never dispatched.
 * @throws Error from the call with which an event or a line becomes longer than `most` characters
 */
export function createEventParser({ event, retry }: EventHandlers, most = mostCharacters): (text: string) => void {
  let rest = ''
  let afterReturn = false
  let type = ''
  let data: string[] = []
  let size = 0

  function field(name: string, value: string): void {
    if (name === 'event') type = value
    else if (name === 'data') {
      data.push(value)
      // A line takes memory beside its text.
      size += value.length + 32
    } else if (name === 'retry' && /^\d+$/.test(value)) retry?.(Number(value))
  }

  function line(text: string): void {
    if (text === '') {
      if (data.length > 0) event({ type: type || 'message', data: data.join('\n') })
      type = ''
      data = []
      size = 0
      return
    }
    const colon = text.indexOf(':')
    if (colon === 0) return
    if (colon < 0) field(text, '')
    else field(text.slice(0, colon), text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1))
  }

  return (text) => {
    // The second half of a CRLF that was cut in two ends no second line.
    const piece = afterReturn && text.startsWith('\n') ? text.slice(1) : text
    if (text !== '') afterReturn = text.endsWith('\r')
    let from = 0
    for (const end of piece.matchAll(/\r\n|\r|\n/g)) {
      line(rest + piece.slice(from, end.index))
      rest = ''
      from = end.index + end[0].length
    }
    rest += piece.slice(from)
    if (size + rest.length > most) throw new Error(`an event of more than ${most} characters`)
  }
}
