import { checkSchema } from '../../core/suite/checks/check-entry.ts'
import type { CheckEntry } from './imported.ts'

/** A text that stands for itself where `{{variables}}` are replaced: in a message, in a check. */
export function escapeBraces(text: string): string {
  return text.replaceAll(/(\\*)\{\{/g, String.raw`$1$1\{{`)
}

/** A template of a tool in which a backslash before `{{name}}` is a character like any other. */
export function escapeBackslashes(template: string): string {
  return template.replaceAll(/\\+(?=\{\{)/g, '$&$&')
}

/** A pattern in which braces stand for themselves. */
export function escapePatternBraces(pattern: string): string {
  return pattern.replaceAll('{{', String.raw`\{\{`)
}

/** A text as a pattern for itself. */
export function patternOf(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)
}

/** What is wrong with a check as a file has it; undefined for a valid one. */
export function checkFault(entry: CheckEntry): string | undefined {
  const [issue] = checkSchema.safeParse(entry).error?.issues ?? []
  return issue?.message
}
