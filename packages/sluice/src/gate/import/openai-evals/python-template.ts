import { escapeBraces } from '../literal.ts'

/** A template of Python's `str.format` as one of ours; undefined where a placeholder is more than a name. */
export function pythonTemplate(text: string): string | undefined {
  const parts: string[] = []
  let literal = ''
  for (const [token] of text.matchAll(/\{\{|\}\}|\{[^{}]*\}|[^{}]+|[{}]/g)) {
    const name = /^\{([^{}]*)\}$/.exec(token)?.[1]
    if (name === undefined) literal += token === '{{' ? '{' : token === '}}' ? '}' : token
    else if (/^[A-Za-z_]\w*$/.test(name)) {
      parts.push(escapeBraces(literal), `{{${name}}}`)
      literal = ''
    } else return undefined
  }
  return [...parts, escapeBraces(literal)].join('')
}
