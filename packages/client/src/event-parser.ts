/** One server-sent event. */
export interface ServerEvent {
  /** `message` where the stream does not say. */
  type: string
  data: string
  /** The last id so far; empty while there was none. */
  id: string
}

export interface EventHandlers {
  event(event: ServerEvent): void
  /** The server's wish for the time between reconnections, in ms. */
  retry?(ms: number): void
}

/**
 * Takes the text of an event stream in pieces cut anywhere (WHATWG HTML, 9.2.6). Returns what to call with each piece.
 * An event that the stream's end cuts off is never dispatched.
 */
export function createEventParser({ event, retry }: EventHandlers): (text: string) => void {
  let rest = ''
  let afterReturn = false
  let type = ''
  let data: string[] = []
  let id = ''

  function field(name: string, value: string): void {
    if (name === 'event') type = value
    else if (name === 'data') data.push(value)
    else if (name === 'id' && !value.includes('\0')) id = value
    else if (name === 'retry' && /^\d+$/.test(value)) retry?.(Number(value))
  }

  function line(text: string): void {
    if (text === '') {
      if (data.length > 0) event({ type: type || 'message', data: data.join('\n'), id })
      type = ''
      data = []
      return
    }
    const colon = text.indexOf(':')
    if (colon === 0) return
    if (colon < 0) field(text, '')
    else field(text.slice(0, colon), text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1))
  }

  return (text) => {
    // The second half of a CRLF that was cut in two ends no second line.
    rest += afterReturn && text.startsWith('\n') ? text.slice(1) : text
    if (text !== '') afterReturn = text.endsWith('\r')
    let from = 0
    for (const end of rest.matchAll(/\r\n|\r|\n/g)) {
      line(rest.slice(from, end.index))
      from = end.index + end[0].length
    }
    rest = rest.slice(from)
  }
}
