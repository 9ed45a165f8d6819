// What Eleventy's Markdown lacks: sections with the addresses that GitHub gives them, and what is wide can be scrolled.
export function forPages(markdown) {
  markdown.set({ html: true, linkify: false })
  markdown.core.ruler.push('sections', ({ tokens }) => {
    const seen = new Map()
    for (const [position, token] of tokens.entries()) {
      if (token.type !== 'heading_open') continue
      const slug = slugOf(plainText(tokens[position + 1].children))
      const before = seen.get(slug) ?? 0
      seen.set(slug, before + 1)
      token.attrSet('id', before === 0 ? slug : `${slug}-${before}`)
    }
  })
  const { fence } = markdown.renderer.rules
  markdown.renderer.rules.fence = (...parts) => fence(...parts).replace('<pre>', '<pre tabindex="0">')
  markdown.renderer.rules.table_open = () => '<div class="wide" tabindex="0"><table>'
  markdown.renderer.rules.table_close = () => '</table></div>'
  // An empty cell at the head of a table is the head of nothing.
  markdown.renderer.rules.th_open = (tokens, at) =>
    tokens[at + 1].content === '' ? '<td>' : `<th scope="col"${style(tokens[at])}>`
  markdown.renderer.rules.th_close = (tokens, at) => (tokens[at - 1].content === '' ? '</td>' : '</th>')
}

function style(token) {
  const value = token.attrGet('style')
  return value === null ? '' : ` style="${value}"`
}

function plainText(tokens) {
  return tokens.map(({ type, content }) => (/^(text|code_inline|text_special)$/.test(type) ? content : '')).join('')
}

function slugOf(title) {
  return title
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')
}
