import { compileExpression } from '../values/expression.ts'
import { compilePattern } from '../values/pattern.ts'
import type { CheckSpec, OneOfCheck, SimilarityCheck } from './check-spec.ts'

/** Texts so unlike each other that a pattern which matches them all matches anything. */
const probes = ['', '\n', 'x', '0', ' ~\u03a9 ', 'Two words.\nAnd a line.']

/** The reason why a check says nothing about an output; undefined when it does. */
export function emptyCheck(spec: CheckSpec): string | undefined {
  if (spec.weight === 0 && !spec.must) return 'counts for nothing: its weight is 0 and it is no must'
  if (spec.type === 'matches' && matchesAnything(spec.value)) {
    return spec.negate ? 'no output can pass: the pattern matches anything' : cannotFail('the pattern matches anything')
  }
  const literal = spec.type === 'matches' ? takenLiterally(spec.value) : undefined
  if (literal !== undefined) return literal
  if (spec.type === 'minWords' && spec.value === 0) return cannotFail('every output has 0 words or more')
  if (spec.type === 'similarity') return emptySimilarity(spec)
  if (spec.type === 'expression') return emptyExpression(spec.value)
  if (spec.type === 'toolCalled' && spec.value.min === 0 && spec.value.max === undefined) {
    return cannotFail('no call of the tool is enough for min: 0, and there is no max')
  }
  if (spec.type === 'oneOf') return emptyAlternatives(spec)
  if (spec.type === 'jsonSchema' && Object.keys(spec.value).length === 0) {
    return 'accepts any JSON; write {json: true} if that is what is meant'
  }
  if (spec.type === 'containsJson' && spec.value !== true && Object.keys(spec.value).length === 0) {
    return 'accepts any JSON object or list, also a footnote such as [1]; write {containsJson: true} for an object'
  }
  return undefined
}

function emptySimilarity({ value, negate }: SimilarityCheck): string | undefined {
  const { metric, min } = value
  if (min === 0)
    return negate ? 'no output can pass: every similarity is 0 or more' : cannotFail('every similarity is 0 or more')
  if (metric !== 'meteor' || min !== 1) return undefined
  return negate
    ? cannotFail('METEOR is below 1 for any text')
    : 'no output can pass: METEOR is below 1 even for an equal text'
}

/** One alternative that always holds makes the others idle. */
function emptyAlternatives({ value }: OneOfCheck): string | undefined {
  const always = value.findIndex((specs) => specs.every((spec) => emptyCheck(spec)?.startsWith(cannotFail(''))))
  return always < 0 ? undefined : cannotFail(`alternative ${always + 1} always holds`)
}

/** An expression that asks nothing of the output gives the same score whatever the model says. */
function emptyExpression(source: string): string | undefined {
  const expression = compileExpression(source)
  if (typeof expression === 'string' || expression.uses.has('output') || expression.uses.has('json')) return undefined
  return 'says nothing about the output: it uses neither output nor json'
}

function matchesAnything(source: string): boolean {
  if (source.includes('{{')) return false
  const pattern = compilePattern(source)
  return typeof pattern !== 'string' && probes.every((probe) => pattern.test(probe))
}

/** A warning about a pattern that is valid but probably does not mean what its author wants. */
function takenLiterally(source: string): string | undefined {
  if (/^\/.*\/[dgimsuvy]*$/s.test(source)) {
    return 'looks for the slashes too; leave them out (case is ignored unless caseSensitive is true)'
  }
  if (/\\\\[dsw](?:[+*?{]|$)/.test(source)) {
    return 'looks for a backslash and a letter, since the backslash is there twice; outside of double quotes write it once'
  }
  return undefined
}

function cannotFail(reason: string): string {
  return `cannot fail: ${reason}`
}
