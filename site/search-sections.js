// What a reader can search for: the text of each section of each page.
const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

const plain = (html) =>
  html
    .replaceAll(/<\/?(?:a|code|em|span|strong)\b[^>]*>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name])
    .replaceAll(/\s+/g, ' ')
    .trim()

/** The sections of a page, each with its address, its heading and its text. */
export function sectionsOf(html, { title, address }) {
  const parts = html.split(/(?=<h[1-4] id=")/)
  return parts.flatMap((part) => {
    const [, id, heading] = /^<h[1-4] id="([^"]*)"[^>]*>(.*?)<\/h[1-4]>/s.exec(part) ?? []
    const text = plain(part.replace(/^<h[1-4].*?<\/h[1-4]>/s, ''))
    if (id === undefined && text === '') return []
    const section = plain(heading ?? '')
    const isTop = section === '' || part.startsWith('<h1')
    return [{ page: title, section: isTop ? '' : section, address: isTop ? address : `${address}#${id}`, text }]
  })
}

/** The headings of a page that its table of contents shows. */
export function contentsOf(html) {
  return [...html.matchAll(/<h2 id="([^"]*)"[^>]*>(.*?)<\/h2>/gs)].map(([, id, heading]) => ({
    id,
    name: plain(heading),
  }))
}
