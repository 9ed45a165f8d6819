const open = new Set([0x5b, 0x7b])
const close = new Set([0x5d, 0x7d])
const quote = 0x22
const backslash = 0x5c

/** Whether brackets in JSON text, outside strings, are nested deeper than `limit`. The text need not be valid. */
export function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) at = endOfString(text, at)
    else if (open.has(code)) {
      depth += 1
      if (depth > limit) return true
    } else if (close.has(code)) depth -= 1
  }
  return false
}

/** The offset of the closing quote, or the length of the text. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1)
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1)
  return at === -1 ? text.length : at
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes += 1
  return backslashes % 2 === 1
}
