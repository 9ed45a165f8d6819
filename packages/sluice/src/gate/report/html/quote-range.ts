const quotes: Record<string, string> = {
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‛': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
}

/** Where a judge's quote stands in a text, whatever the case, white space and style of quotation marks. */
export function quoteRange(text: string, quote: string): { start: number; end: number } | undefined {
  const seen = normalized(text)
  const bare = quote.replace(/^\| ?/gm, '').trim()
  for (const variant of [bare, bare.replace(/^["'“”‘’«„](.*)["'“”‘’»]$/s, '$1')]) {
    const wanted = normalized(variant).text
    const at = wanted === '' ? -1 : seen.text.indexOf(wanted)
    const start = seen.places[at]
    const last = seen.places[at + wanted.length - 1]
    if (start !== undefined && last !== undefined) return { start, end: last + 1 }
  }
  return undefined
}

/** The text in a form that compares, and for each of its characters the place it came from. */
function normalized(text: string): { text: string; places: number[] } {
  let plain = ''
  const places: number[] = []
  for (let place = 0; place < text.length; place += 1) {
    const character = text[place] ?? ''
    const space = /\s/.test(character)
    if (space && (plain === '' || plain.endsWith(' '))) continue
    const lower = space ? ' ' : (quotes[character] ?? character.toLowerCase())
    plain += lower
    for (let unit = 0; unit < lower.length; unit += 1) places.push(place)
  }
  return plain.endsWith(' ') ? { text: plain.slice(0, -1), places } : { text: plain, places }
}
