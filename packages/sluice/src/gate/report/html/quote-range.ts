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
  const folded = fold(text)
  const bare = quote.replace(/^\| ?/gm, '').trim()
  for (const variant of [bare, bare.replace(/^["'“”‘’«„](.*)["'“”‘’»]$/s, '$1')]) {
    const wanted = fold(variant).text
    const at = wanted === '' ? -1 : folded.text.indexOf(wanted)
    const start = folded.places[at]
    const last = folded.places[at + wanted.length - 1]
    if (start !== undefined && last !== undefined) return { start, end: last + 1 }
  }
  return undefined
}

/** The text in a form that compares, and for each of its characters the place it came from. */
function fold(text: string): { text: string; places: number[] } {
  let folded = ''
  const places: number[] = []
  for (let place = 0; place < text.length; place += 1) {
    const character = text[place] ?? ''
    const space = /\s/.test(character)
    if (space && (folded === '' || folded.endsWith(' '))) continue
    const lower = space ? ' ' : (quotes[character] ?? character.toLowerCase())
    folded += lower
    for (let unit = 0; unit < lower.length; unit += 1) places.push(place)
  }
  return folded.endsWith(' ') ? { text: folded.slice(0, -1), places } : { text: folded, places }
}
