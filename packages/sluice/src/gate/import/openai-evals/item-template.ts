import { escapeBraces } from '../literal.ts'

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g

/**
 * A template of the hosted product as one of ours: `{{item.label}}` is the variable `label`, `{{sample.output_text}}`
 * becomes `output`. Undefined where it holds anything else.
 */
export function itemTemplate(text: string, output?: string): string | undefined {
  const parts = text.split(placeholder)
  const translated = parts.map((part, index) => {
    if (index % 2 === 0) return escapeBraces(part)
    if (part === 'sample.output_text') return output
    const [, path] = /^item\.([\w-]+(?:\.[\w-]+)*)$/.exec(part) ?? []
    return path === undefined ? undefined : `{{${path}}}`
  })
  return translated.includes(undefined) ? undefined : translated.join('')
}

/** The paths into the item that a text of the hosted product uses. */
export function itemVariables(text: string): string[] {
  return [...text.matchAll(placeholder)].flatMap(
    ([, part = '']) => /^item\.([\w-]+(?:\.[\w-]+)*)$/.exec(part)?.[1] ?? [],
  )
}
