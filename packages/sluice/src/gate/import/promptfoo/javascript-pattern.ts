import { patternFault } from '../../../core/suite/values/pattern.ts'
import { errorMessage } from '../../../errors.ts'

/** A pattern of JavaScript as one in Unicode mode of the same meaning, or why there is none. */
export function unicodePattern(source: string): { pattern: string } | { fault: string } {
  try {
    new RegExp(source)
  } catch (error) {
    const reason = errorMessage(error)
    return { fault: `no pattern of JavaScript, so it never passed: ${patternFault(source) ?? reason}` }
  }
  const lineEnds = source.replaceAll('\n', String.raw`\n`)
  if (patternFault(lineEnds) === undefined) return { pattern: lineEnds }
  const plain = withoutNeedlessEscapes(lineEnds)
  const fault = patternFault(plain)
  return fault === undefined ? { pattern: plain } : { fault: `no pattern in Unicode mode: ${fault}` }
}

/** Leaves out backslashes that mean nothing, and adds them to brackets that stand for themselves. */
function withoutNeedlessEscapes(source: string): string {
  let result = ''
  let isInClass = false
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at] ?? ''
    if (char === '\\') {
      const next = source[at + 1] ?? ''
      const isNeeded = /[\w^$\\.*+?()[\]{}|/]/.test(next) || (isInClass && next === '-')
      result += isNeeded && next !== '_' ? `\\${next}` : next
      at += 1
    } else if (isInClass) {
      result += char
      isInClass = char !== ']'
    } else if (char === '[') {
      result += char
      isInClass = true
    } else if (char === ']' || char === '}' || (char === '{' && !/^\{\d+(?:,\d*)?\}/.test(source.slice(at)))) {
      result += `\\${char}`
    } else if (char === '{') {
      const [quantifier = char] = /^\{\d+(?:,\d*)?\}/.exec(source.slice(at)) ?? []
      result += quantifier
      at += quantifier.length - 1
    } else result += char
  }
  return result
}
