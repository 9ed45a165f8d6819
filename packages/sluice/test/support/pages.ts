import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { lexer, type Token, type Tokens } from 'marked'

const root = path.join(import.meta.dirname, '../../../..')

/** Every page of the project, relative to its root. */
const patterns = ['*.md', 'docs/**/*.md', 'demo/**/*.md', 'packages/*/README.md', 'examples/**/README.md']

/** What a page consists of, as far as a machine can tell whether it is true. Lines count from 1. */
export type Piece =
  | { kind: 'code'; line: number; language: string; note: string; text: string; isClosed: boolean }
  | { kind: 'span' | 'text'; line: number; text: string }
  | { kind: 'link' | 'image'; line: number; target: string; words: string }
  | { kind: 'section'; line: number; id: string }

export type CodeBlock = Extract<Piece, { kind: 'code' }>

export interface PageOfDocs {
  /** Relative to the root of the project. */
  file: string
  pieces: Piece[]
}

let read: PageOfDocs[] | undefined

/** All pages of the project, read once in a process. */
export function allPages(): PageOfDocs[] {
  read ??= readPages()
  return read
}

function readPages(): PageOfDocs[] {
  const files = globSync(patterns, { cwd: root, exclude: ['**/node_modules/**', '**/.sluice/**'] }).sort()
  return files.map((file) => pageOf(file, readFileSync(path.join(root, file), 'utf8')))
}

/** Takes a page apart. */
export function pageOf(file: string, text: string): PageOfDocs {
  const pieces: Piece[] = []
  const lines = text.split('\n').map(withBars)
  let at = 0
  // Tokens come in the order of the page, so each is searched from where the last one was found.
  const lineOf = (raw: string): number => {
    const [first = ''] = withBars(raw).trimStart().split('\n')
    const wanted = first.trim()
    for (let index = at; index < lines.length; index++) {
      if (!lines[index]?.includes(wanted)) continue
      at = index
      break
    }
    return at + 1
  }
  const headings = new Map<string, number>()
  const section = (title: string, line: number) => {
    const slug = slugOf(title)
    const before = headings.get(slug) ?? 0
    headings.set(slug, before + 1)
    pieces.push({ kind: 'section', line, id: before === 0 ? slug : `${slug}-${before}` })
  }
  const visit = (token: Token): void => {
    if (token.type === 'code') {
      const line = lineOf(token.raw)
      pieces.push({ kind: 'code', line, ...blockOf(token as Tokens.Code) })
      at += token.raw.trimEnd().split('\n').length - 1
    } else if (token.type === 'heading') section(plainText(token.tokens ?? []), lineOf(token.raw))
    else if (token.type === 'codespan') pieces.push({ kind: 'span', line: lineOf(token.raw), text: token.text })
    else if (token.type === 'link' || token.type === 'image')
      pieces.push({ kind: token.type, line: lineOf(token.raw), target: token.href, words: token.text })
    else if (token.type === 'def') pieces.push({ kind: 'link', line: lineOf(token.raw), target: token.href, words: '' })
    else if (token.type === 'html') pieces.push(...piecesOfHtml(token.raw, lineOf(token.raw)))
    else if (token.type === 'text' && token.tokens === undefined)
      pieces.push({ kind: 'text', line: lineOf(token.raw), text: token.text })
    for (const inner of childrenOf(token)) visit(inner)
  }
  for (const token of lexer(text)) visit(token)
  return { file, pieces }
}

/** A bar within the cell of a table is written with a backslash, which the parser takes away. */
const withBars = (text: string) => text.replaceAll('\\|', '|')

function childrenOf(token: Token): Token[] {
  if (token.type === 'list') return token.items
  if (token.type !== 'table') return token.type === 'image' ? [] : ('tokens' in token && token.tokens) || []
  const cells = [token.header, ...token.rows].flat() as Tokens.TableCell[]
  return cells.flatMap(({ tokens }) => tokens)
}

/** The first word after the fence is the language; what follows is a note that readers do not see. */
function blockOf({ lang = '', text, raw, codeBlockStyle }: Tokens.Code): Omit<CodeBlock, 'kind' | 'line'> {
  const [language = '', ...notes] = lang.trim().split(/\s+/)
  const lines = raw.trim().split('\n')
  const isClosed = codeBlockStyle !== 'indented' && lines.length > 1 && /^\s*(```+|~~~+)$/.test(lines.at(-1) ?? '')
  return { language, note: notes.join(' '), text, isClosed }
}

function piecesOfHtml(html: string, line: number): Piece[] {
  const lineAt = (index: number) => line + html.slice(0, index).split('\n').length - 1
  const visible = html.replaceAll(/<!--.*?-->/gs, (comment) => comment.replaceAll(/[^\n]/g, ' '))
  return [...visible.matchAll(/<(\w+)\b[^>]*>/g)].flatMap((match): Piece[] => {
    const [tag, name = ''] = match
    const value = (key: string) => new RegExp(`\\b${key}="([^"]*)"`).exec(tag)?.[1]
    const at = lineAt(match.index)
    const target = value('src') ?? value('srcset') ?? value('href')
    const id = value('id') ?? value('name')
    return [
      ...(target === undefined
        ? []
        : [
            {
              // A source is another form of the picture that follows, which has the text.
              kind: name === 'a' || name === 'source' ? ('link' as const) : ('image' as const),
              line: at,
              target,
              words: value('alt') ?? '',
            },
          ]),
      ...(id === undefined ? [] : [{ kind: 'section' as const, line: at, id }]),
    ]
  })
}

function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => ('tokens' in token && token.tokens ? plainText(token.tokens) : 'text' in token ? token.text : ''))
    .join('')
}

/** The address of a heading, as GitHub makes it. */
export function slugOf(title: string): string {
  return title
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')
}
