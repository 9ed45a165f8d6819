import { escapeBackslashes, escapeBraces, escapePatternBraces } from '../literal.ts'
import { renderTemplate } from './render-template.ts'
import type { TemplateVars } from './template-expression.ts'
import { templateText } from './template-expression.ts'
import { isTemplate, plainNames } from './template-tokens.ts'

const variable = /\{\{\s*([A-Za-z_]\w*)\s*\}\}/g

/**
 * A text of promptfoo as one of a check: plain variables that are texts or numbers stay, so that the check holds for
 * other cases too, and anything else is put in.
 * @throws UnsupportedTemplateError
 */
export function checkText(text: string, vars: TemplateVars): string {
  if (!isTemplate(text)) return text
  return staysTemplate(text, vars) ? escapeBackslashes(text) : escapeBraces(renderTemplate(text, vars))
}

/** The text of a pattern. A variable stays only where its value means itself, as it does here. */
export function patternText(text: string, vars: TemplateVars): string {
  if (!isTemplate(text)) return text
  const isLiteral = (name: string) => /^[\p{L}\p{N}_ ]*$/u.test(String(vars[name]))
  const stays = staysTemplate(text, vars) && (plainNames(text) ?? []).every(isLiteral)
  return stays ? text : escapePatternBraces(renderTemplate(text, vars))
}

/** A pattern for a text that stands for itself; its variables do so anyway. */
export function literalPattern(checkedText: string): string {
  const parts = checkedText.split(variable)
  return parts.map((part, index) => (index % 2 === 1 ? `{{${part}}}` : escaped(part))).join('')
}

function escaped(text: string): string {
  return text
    .replaceAll(String.raw`\{{`, '{{')
    .replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
    .replaceAll(/\n/g, String.raw`\n`)
    .replaceAll(/\r/g, String.raw`\r`)
    .replaceAll(/\t/g, String.raw`\t`)
}

function staysTemplate(text: string, vars: TemplateVars): boolean {
  const names = plainNames(text)
  return (
    names?.every((name) => Object.hasOwn(vars, name) && ['string', 'number', 'boolean'].includes(typeof vars[name])) ===
    true
  )
}

/** A scalar as the text that promptfoo compares with; undefined for a list, a map, or nothing. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? templateText(value) : undefined
}

/** The items of a list, or of a text with commas, whose quotes keep them together. */
export function listOfTexts(value: unknown): string[] | undefined {
  if (typeof value === 'string') return splitAtCommas(value)
  if (!Array.isArray(value) || value.length === 0) return undefined
  const texts = value.map((item: unknown) => scalarText(item))
  return texts.some((text) => text === undefined) ? undefined : (texts as string[])
}

function splitAtCommas(text: string): string[] {
  const items = text.match(/\s*"(?:[^"]|"")*"\s*(?=,|$)|[^,]+/g) ?? []
  return items
    .map((item) => item.trim())
    .map((item) => (/^".*"$/s.test(item) ? item.slice(1, -1).replaceAll('""', '"') : item))
    .filter((item) => item !== '')
}
