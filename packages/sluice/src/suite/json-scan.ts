/** What a scan reports: where values and keys begin, and where the text stops being JSON. */
export interface JsonVisitor {
  /** Called at the start of every value. `path` is reused: copy what is to be kept. */
  value?(path: readonly PropertyKey[], offset: number): void
  key?(path: readonly PropertyKey[], key: string, offset: number): void
}

export interface JsonFault {
  offset: number
  path: PropertyKey[]
  message: string
}

const space = /[ \t\r\n]*/y
const word = /[^\s,:"[\]{}]+/y
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const literals = new Set(['true', 'false', 'null'])
const string = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y

class Fault extends Error {
  readonly offset: number

  constructor(offset: number, message: string) {
    super(message)
    this.offset = offset
  }
}

/** Walks JSON text and reports places; JSON.parse is faster but keeps none. Returns the first fault, if there is one. */
export function scanJson(text: string, visitor: JsonVisitor): JsonFault | undefined {
  const path: PropertyKey[] = []
  let offset = 0

  const fail = (message: string): never => {
    throw new Fault(offset, message)
  }
  const skip = () => {
    space.lastIndex = offset
    space.test(text)
    offset = space.lastIndex
  }
  const scanString = (): string => {
    string.lastIndex = offset
    if (!string.test(text)) fail('a string that does not end, or holds an illegal character')
    const raw = text.slice(offset, string.lastIndex)
    offset = string.lastIndex
    return raw
  }
  const scanWord = () => {
    word.lastIndex = offset
    const found = word.exec(text)?.[0]
    if (found === undefined)
      return fail(offset >= text.length ? 'the line ends too early' : `unexpected ${text[offset]}`)
    if (/^[-+]?(?:NaN|Inf(?:inity)?)$/i.test(found)) fail(`${found} is not a JSON number`)
    if (!literals.has(found) && !number.test(found)) fail(`unexpected ${found.slice(0, 20)}`)
    offset += found.length
  }
  const scanItems = (close: string, item: (index: number) => void) => {
    offset++
    skip()
    for (let index = 0; text[offset] !== close; index++) {
      if (index > 0) {
        if (text[offset] !== ',') fail(offset >= text.length ? `"${close}" is missing` : `expected "," or "${close}"`)
        offset++
        skip()
      }
      item(index)
      skip()
    }
    offset++
  }
  const scanMember = () => {
    const start = offset
    if (text[offset] !== '"') fail('expected a key in double quotes')
    const key = JSON.parse(scanString()) as string
    visitor.key?.(path, key, start)
    skip()
    if (text[offset] !== ':') fail('expected ":" after the key')
    offset++
    path.push(key)
    scanValue()
    path.pop()
  }
  const scanValue = () => {
    skip()
    visitor.value?.(path, offset)
    if (text[offset] === '{') scanItems('}', scanMember)
    else if (text[offset] === '[') {
      scanItems(']', (index) => {
        path.push(index)
        scanValue()
        path.pop()
      })
    } else if (text[offset] === '"') scanString()
    else scanWord()
  }

  try {
    scanValue()
    skip()
    if (offset < text.length) fail('more text after the end of the value')
    return undefined
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { offset: error.offset, path: [...path], message: error.message }
  }
}
