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

  function line(text: string): void {
    const [name = ''] = text.split(':', 1)
    const value = text.slice(name.length + 1).replace(/^ /, '')
    if (name === 'event') type = value
    if (name === 'retry' && /^\d+$/.test(value)) retry?.(Number(value))
    if (name === 'data') {
      data.push(value)
      // A line takes memory beside its text.
      size += value.length + 32
    }
    if (text !== '') return
    if (data.length > 0) event({ type: type || 'message', data: data.join('\n') })
    type = ''
    data = []
    size = 0
  }

  return (text) => {
    // The second half of a CRLF that was cut in two ends no second line.
    const lines = (afterReturn ? text.replace(/^\n/, '') : text).split(/\r\n?|\n/)
    if (text !== '') afterReturn = text.endsWith('\r')
    lines[0] = rest + lines[0]
    rest = lines.pop() ?? ''
    for (const text of lines) line(text)
    if (size + rest.length > most) throw new Error(`an event of more than ${most} characters`)
  }
}
