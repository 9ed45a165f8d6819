// What a reader can search for: the text of each section of each page.
const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

const plain = (html) =>
  html
    .replaceAll(/<\/?(?:a|code|em|span|strong)\b[^>]*>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name])
    .replaceAll(/\s+/g, ' ')
    .trim()

/** A row of a table that begins with the name of something: a key, a flag, a variable. */
const namedRow = /<tr( id="[^"]*")?>\s*<td[^>]*>(<code>.*?<\/code>)(.*?)<\/tr>/gs

/** The page with an address for each of these rows. */
export function withAddressesOfRows(html) {
  const seen = new Set()
  return html.replaceAll(namedRow, (row, _, name) => {
    const id = `row-${plain(name)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')}`
    if (seen.has(id)) return row
    seen.add(id)
    return row.replace('<tr>', `<tr id="${id}">`)
  })
}

/** The sections of a page and its named rows, each with its address, its heading and its text. */
export function sectionsOf(html, { title, address }) {
  const parts = html.split(/(?=<h[1-4] id=")/)
  return parts.flatMap((part) => {
    const [, id, heading] = /^<h[1-4] id="([^"]*)"[^>]*>(.*?)<\/h[1-4]>/s.exec(part) ?? []
    const text = plain(part.replace(/^<h[1-4].*?<\/h[1-4]>/s, ''))
    if (id === undefined && text === '') return []
    const section = plain(heading ?? '')
    const rows = [...part.matchAll(namedRow)].map(([, at, name, rest]) => {
      const row = at === undefined ? id : at.slice(' id="'.length, -1)
      return { page: title, section: plain(name), address: `${address}#${row}`, text: plain(rest) }
    })
    const isTop = section === '' || part.startsWith('<h1')
    const whole = { page: title, section: isTop ? '' : section, address: isTop ? address : `${address}#${id}`, text }
    return [whole, ...rows]
  })
}

/** The headings of a page that its table of contents shows. */
export function contentsOf(html) {
  return [...html.matchAll(/<h2 id="([^"]*)"[^>]*>(.*?)<\/h2>/gs)].map(([, id, heading]) => ({
    id,
    name: plain(heading),
  }))
}
