import { evaluateExpression, isTrue, type TemplateVars, templateText } from './template-expression.ts'
import { isTemplate, type TemplatePiece, templatePieces, UnsupportedTemplateError } from './template-tokens.ts'

/**
 * A Nunjucks template with its variables in place: outputs with filters, `for`, `if`, `set`, comments and raw text. A
 * variable that is not set is an empty text, as there.
 * @throws UnsupportedTemplateError for what cannot be rendered faithfully
 */
export function renderTemplate(template: string, vars: TemplateVars): string {
  if (!isTemplate(template)) return template
  const reading = { pieces: templatePieces(template), at: 0, left: mostSteps }
  const text = block(reading, { ...vars }, [])
  if (reading.at < reading.pieces.length) throw unsupportedTag(reading.pieces[reading.at]?.text ?? '')
  return text
}

interface Reading {
  pieces: TemplatePiece[]
  at: number
  /** Pieces that may still be rendered; loops within loops end there. */
  left: number
}

const mostSteps = 100_000

/** Renders until one of the tags that end this block, which stays the next piece. Without vars it only passes over. */
function block(reading: Reading, vars: Record<string, unknown> | undefined, ends: readonly string[]): string {
  let text = ''
  while (reading.at < reading.pieces.length) {
    const piece = reading.pieces[reading.at] as TemplatePiece
    const [tag = ''] = piece.text.split(/\s/)
    if (piece.kind === 'tag' && ends.includes(tag)) return text
    reading.at += 1
    reading.left -= 1
    if (reading.left < 0) throw new UnsupportedTemplateError('a template with too many steps')
    if (piece.kind === 'text') text += piece.text
    else if (piece.kind === 'output') text += vars ? templateText(evaluateExpression(piece.text, vars)) : ''
    else if (tag === 'if') text += conditional(reading, vars, piece.text)
    else if (tag === 'for') text += loop(reading, vars, piece.text)
    else if (tag === 'set' && /^set\s+[A-Za-z_]\w*\s*=/.test(piece.text)) assign(vars, piece.text)
    else throw unsupportedTag(piece.text)
  }
  if (ends.length > 0) throw new UnsupportedTemplateError(`{% ${ends.at(-1)} %} is missing`)
  return text
}

function assign(vars: Record<string, unknown> | undefined, tag: string): void {
  const [, name = '', value = ''] = /^set\s+([A-Za-z_]\w*)\s*=\s*([\s\S]*)$/.exec(tag) ?? []
  if (vars)
    Object.defineProperty(vars, name, {
      value: evaluateExpression(value, vars),
      enumerable: true,
      writable: true,
      configurable: true,
    })
}

function conditional(reading: Reading, vars: Record<string, unknown> | undefined, tag: string): string {
  let text = ''
  let isDone = false
  let condition: string | undefined = tag.replace(/^if\s+/, '')
  for (;;) {
    const holds =
      vars !== undefined && !isDone && (condition === undefined || isTrue(evaluateExpression(condition, vars)))
    const inner = block(reading, holds ? vars : undefined, ['elif', 'elseif', 'else', 'endif'])
    if (holds) [text, isDone] = [inner, true]
    const [name, ...rest] = (reading.pieces[reading.at]?.text ?? '').split(/\s+/)
    reading.at += 1
    if (name === 'endif') return text
    condition = name === 'else' ? undefined : rest.join(' ')
  }
}

function loop(reading: Reading, vars: Record<string, unknown> | undefined, tag: string): string {
  const [, key, other, list = ''] = /^for\s+([A-Za-z_]\w*)(?:\s*,\s*([A-Za-z_]\w*))?\s+in\s+([\s\S]+)$/.exec(tag) ?? []
  if (key === undefined) throw unsupportedTag(tag)
  const start = reading.at
  const entries = vars ? entriesOf(evaluateExpression(list, vars), other !== undefined) : []
  let text = ''
  for (const [index, [first, second]] of entries.entries()) {
    reading.at = start
    const position = {
      index: index + 1,
      index0: index,
      first: index === 0,
      last: index === entries.length - 1,
      length: entries.length,
    }
    const inner = { ...vars, [key]: first, ...(other !== undefined && { [other]: second }), loop: position }
    text += block(reading, inner, ['else', 'endfor'])
  }
  if (entries.length === 0) block(reading, undefined, ['else', 'endfor'])
  if (reading.pieces[reading.at]?.text === 'else') {
    reading.at += 1
    const alternative = block(reading, entries.length === 0 ? vars : undefined, ['endfor'])
    if (entries.length === 0) text = alternative
  }
  reading.at += 1
  return text
}

function entriesOf(value: unknown, isPair: boolean): [unknown, unknown?][] {
  if (Array.isArray(value))
    return value.map((item: unknown) => (isPair && Array.isArray(item) ? [item[0], item[1]] : [item]))
  if (value !== null && typeof value === 'object') return Object.entries(value)
  if (value === undefined || value === null) return []
  throw new UnsupportedTemplateError('a loop over what is no list')
}

function unsupportedTag(tag: string): UnsupportedTemplateError {
  return new UnsupportedTemplateError(`the template tag {% ${tag} %}`)
}
