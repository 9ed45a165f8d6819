/** A place in a text; `end` is just behind it. */
export interface XmlElement {
  start: number
  end: number
}

interface Open {
  name: string
  start: number
  /** Whether another element has ended inside it. */
  hasChildren: boolean
}

const tag = /<(\/?)([\p{L}_:][\p{L}\p{N}_:.-]*)((?:"[^"<]*"|'[^'<]*'|[^<>"'])*)>/uy
const hidden = [
  { open: '<!--', close: '-->' },
  { open: '<![CDATA[', close: ']]>' },
  { open: '<?', close: '?>' },
]

/**
 * For the check `containsXml`: where elements stand in a text that is no XML as a whole, by their tags alone: those
 * that are in no other one, and those that have none inside. Whether they are well-formed a parser has to say. The
 * time is proportional to the text.
 */
export function xmlElementsIn(text: string): { outermost: XmlElement[]; innermost: XmlElement[] } {
  const outermost: XmlElement[] = []
  const innermost: XmlElement[] = []
  const stack: Open[] = []
  const open = new Map<string, number>()
  const none = new Set<string>()
  const ended = (element: XmlElement, hasChildren: boolean) => {
    if (!hasChildren) innermost.push(element)
    while ((outermost.at(-1)?.start ?? -1) > element.start) outermost.pop()
    outermost.push(element)
    const parent = stack.at(-1)
    if (parent) parent.hasChildren = true
  }
  for (let place = text.indexOf('<'); place !== -1; place = text.indexOf('<', place)) {
    const skipped = behindHidden(text, place, none)
    if (skipped !== undefined) {
      place = skipped
      continue
    }
    tag.lastIndex = place
    const [whole = '<', slash, name = '', rest = ''] = tag.exec(text) ?? []
    const end = place + whole.length
    if (name !== '' && slash === '' && rest.endsWith('/')) ended({ start: place, end }, false)
    else if (name !== '' && slash === '') {
      stack.push({ name, start: place, hasChildren: false })
      open.set(name, (open.get(name) ?? 0) + 1)
    } else if (name !== '' && (open.get(name) ?? 0) > 0) {
      const element = close(name, stack, open)
      if (element) ended({ start: element.start, end }, element.hasChildren)
    }
    place = end
  }
  return { outermost, innermost }
}

/** Takes the element of the name off the stack, with those inside it that were never closed. */
function close(name: string, stack: Open[], open: Map<string, number>): Open | undefined {
  for (let last = stack.pop(); last !== undefined; last = stack.pop()) {
    open.set(last.name, (open.get(last.name) ?? 1) - 1)
    if (last.name === name) return last
  }
  return undefined
}

/** Just behind a comment, CDATA or instruction that begins here. `none` keeps which ends are nowhere further on. */
function behindHidden(text: string, place: number, none: Set<string>): number | undefined {
  const kind = hidden.find(({ open }) => text.startsWith(open, place))
  if (!kind || none.has(kind.close)) return undefined
  const end = text.indexOf(kind.close, place + kind.open.length)
  if (end !== -1) return end + kind.close.length
  none.add(kind.close)
  return undefined
}
