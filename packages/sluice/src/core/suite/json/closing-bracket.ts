export interface Brackets {
  open: string
  close: string
}

/**
 * Just behind the bracket that closes the one at `start`, in JSON or what may be; those inside of strings do not count.
 */
export function closingBracket(text: string, start: number, { open, close }: Brackets): number | undefined {
  let depth = 0
  let inString = false
  for (let place = start; place < text.length; place += 1) {
    const character = text[place]
    if (inString && character === '\\') place += 1
    else if (character === '"') inString = !inString
    else if (!inString && character === open) depth += 1
    else if (!inString && character === close) depth -= 1
    if (depth === 0) return place + 1
  }
  return undefined
}
