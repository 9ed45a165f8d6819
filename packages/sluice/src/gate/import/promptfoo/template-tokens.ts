/** A construct of a template that is not rendered here; the message names it. */
export class UnsupportedTemplateError extends Error {
  override readonly name = 'UnsupportedTemplateError'
}

/** A piece of a Nunjucks template: text, `{{ an output }}` or `{% a tag %}`. */
export type TemplatePiece = { kind: 'text' | 'output' | 'tag'; text: string }

const opening = /\{\{-?|\{%-?|\{#-?/g
const closings = { '{{': '}}', '{%': '%}', '{#': '#}' } as const

/** Whether a text holds anything that Nunjucks would replace. */
export function isTemplate(text: string): boolean {
  return /\{\{|\{%|\{#/.test(text)
}

/**
 * The pieces of a template; comments are gone, the contents of `{% raw %}` are text, and white space is removed where a
 * `-` asks for it.
 * @throws UnsupportedTemplateError where a construct is never closed
 */
export function templatePieces(template: string): TemplatePiece[] {
  const pieces: TemplatePiece[] = []
  let at = 0
  let trims = false
  const addText = (text: string) => {
    if (text !== '') pieces.push({ kind: 'text', text })
  }
  while (at < template.length) {
    opening.lastIndex = at
    const found = opening.exec(template)
    const before = template.slice(at, found?.index)
    const text = trims ? before.trimStart() : before
    if (found === null) {
      addText(text)
      break
    }
    const [mark] = found
    addText(mark.endsWith('-') ? text.trimEnd() : text)
    const kind = mark.slice(0, 2) as keyof typeof closings
    const end = closingOf(template, found.index + mark.length, closings[kind])
    const inner = template.slice(found.index + mark.length, end)
    trims = inner.endsWith('-')
    const content = (trims ? inner.slice(0, -1) : inner).trim()
    at = end + 2
    if (kind === '{{') pieces.push({ kind: 'output', text: content })
    if (kind === '{%' && content === 'raw') {
      const close = /\{%-?\s*endraw\s*-?%\}/.exec(template.slice(at))
      if (close === null) throw new UnsupportedTemplateError('{% raw %} is never closed')
      addText(template.slice(at, at + close.index))
      at += close.index + close[0].length
    } else if (kind === '{%') pieces.push({ kind: 'tag', text: content })
  }
  return pieces
}

function closingOf(template: string, from: number, closing: string): number {
  let quote = ''
  for (let at = from; at < template.length; at += 1) {
    const char = template[at] ?? ''
    if (quote === '' && template.startsWith(closing, at)) return at
    if (closing === '#}') continue
    if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char === quote && template[at - 1] !== '\\') quote = ''
  }
  throw new UnsupportedTemplateError(`${closing} is missing`)
}

/**
 * The names of a template that consists of text and plain `{{ name }}`s; undefined for one that holds anything else.
 */
export function plainNames(template: string): string[] | undefined {
  if (!isTemplate(template)) return []
  try {
    const pieces = templatePieces(template).filter(({ kind }) => kind !== 'text')
    const isPlain = pieces.every(({ kind, text }) => kind === 'output' && /^[A-Za-z_]\w*$/.test(text))
    return isPlain && !/\{#|-\}\}|\{\{-/.test(template) ? pieces.map(({ text }) => text) : undefined
  } catch {
    return undefined
  }
}
