import { mostCharacters } from './connection.ts'

/** One server-sent event. */
export interface ServerEvent {
  /** `message` if the stream names no type. */
  type: string
  data: string
}

export interface EventHandlers {
  event(event: ServerEvent): void
  /** Called with the time between reconnections that the server asks for, in ms. */
  retry?(ms: number): void
}

/**
 * Parses an event stream (WHATWG HTML, 9.2.6; ids are ignored). Call the returned function with each piece of its text;
 * the pieces may be cut anywhere. An incomplete event at the end of the stream is not dispatched.
 * @throws Error from the returned function if an event or a line becomes longer than `most` characters
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
      // Counts the memory that a line takes in addition to its text.
      size += value.length + 32
    }
    if (text !== '') return
    if (data.length > 0) event({ type: type || 'message', data: data.join('\n') })
    type = ''
    data = []
    size = 0
  }

  return (text) => {
    // A line feed after a carriage return at the end of the last piece belongs to the same line end.
    const lines = (afterReturn ? text.replace(/^\n/, '') : text).split(/\r\n?|\n/)
    if (text !== '') afterReturn = text.endsWith('\r')
    lines[0] = rest + lines[0]
    rest = lines.pop() ?? ''
    for (const text of lines) line(text)
    if (size + rest.length > most) throw new Error(`an event of more than ${most} characters`)
  }
}
