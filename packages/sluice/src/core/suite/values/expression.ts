import { createRequire } from 'node:module'
import type { Environment } from '@marcbachmann/cel-js'
import { errorMessage } from '../../../errors.ts'

/** What an expression may be about. A variable that it uses must be given, else `evaluate` throws. */
interface ExpressionContext {
  output: string
  vars: Record<string, unknown>
  expected?: string
  /** The output as JSON. */
  json?: unknown
}

/** A compiled expression. */
export interface Expression {
  /** The variables that it uses. */
  uses: ReadonlySet<string>
  /** @throws Error where it cannot be evaluated, e.g. for a key that is not there. */
  evaluate(context: ExpressionContext): unknown
}

/** Types whose values can be a score; of a value whose type is not known beforehand the result decides. */
const scoring = new Set(['bool', 'int', 'uint', 'double', 'dyn'])

/**
 * Compiles an expression in CEL (the Common Expression Language), or says why it is none. CEL has no loops and no
 * access to anything but its variables.
 */
export function compileExpression(source: string): Expression | string {
  try {
    const parsed = environment().parse(source)
    const { valid, type, error } = parsed.check()
    if (!valid) return shortened(error)
    if (!scoring.has(String(type))) return `it gives a ${type}; a condition or a number from 0 to 1 is wanted`
    const uses = new Set<string>()
    collectNames(parsed.ast, uses)
    return { uses, evaluate: (context) => parsed({ ...context }) }
  } catch (error) {
    return shortened(error)
  }
}

/** The first line; below it the expression is shown once more. */
function shortened(error: unknown): string {
  return errorMessage(error).split('\n')[0] ?? ''
}

/** Adds every name in a syntax tree, those of macros' own variables included. */
function collectNames(node: unknown, names: Set<string>): void {
  if (Array.isArray(node)) for (const item of node) collectNames(item, names)
  if (typeof node !== 'object' || node === null || !('args' in node)) return
  if ('op' in node && node.op === 'id') names.add(String(node.args))
  else collectNames(node.args, names)
}

let shared: Environment | undefined

/** Loaded when the first expression is met, and not with the schema that every command needs. */
function environment(): Environment {
  if (shared) return shared
  const cel = createRequire(import.meta.url)('@marcbachmann/cel-js') as typeof import('@marcbachmann/cel-js')
  shared = new cel.Environment({ homogeneousAggregateLiterals: false })
    .registerVariable('output', 'string')
    .registerVariable('vars', 'map')
    .registerVariable('expected', 'string')
    .registerVariable('json', 'dyn')
  // Numbers of JSON are doubles and those of an expression whole ones; CEL compares the two, but does not add them up.
  for (const pair of [
    ['double', 'int'],
    ['int', 'double'],
  ]) {
    shared.registerOperator(`${pair.join(' + ')}: double`, (a, b) => Number(a) + Number(b))
    shared.registerOperator(`${pair.join(' - ')}: double`, (a, b) => Number(a) - Number(b))
    shared.registerOperator(`${pair.join(' * ')}: double`, (a, b) => Number(a) * Number(b))
    shared.registerOperator(`${pair.join(' / ')}: double`, (a, b) => Number(a) / Number(b))
  }
  return shared
}
