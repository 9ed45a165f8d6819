import { createHash } from 'node:crypto'
import { unsafeReason } from './plainly-safe.ts'

/** An assertion that runs code over an output that other code may have changed before. */
interface Script {
  /** JavaScript over `output` and `context`: one expression, or lines with `return`. */
  code: string
  /** JavaScript over `output` and `context`, in the order in which they change the output. */
  transforms: readonly string[]
  isInverse: boolean
  /** The least number that passes; without one any number above 0 does. */
  threshold?: number | undefined
  /** Whether the check must pass: then it scores 1 or 0, and not the number. */
  isMust: boolean
}

/** The files of code out of one import, each text once. */
export interface ScriptFiles {
  /** The path of a module that a check may name, relative to a file of the project's suites, or why there is none. */
  add(script: Script): { reference: string; isData: boolean } | { unsafe: string }
  /** Keeps code for a person to look at, and returns where. */
  review(code: string, ending: string): string
  files(): { path: string; text: string }[]
}

export function createScriptFiles(): ScriptFiles {
  const texts = new Map<string, string>()
  const keep = (folder: string, text: string, ending: string) => {
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 8)
    const path = `${folder}/promptfoo-${digest}.${ending}`
    texts.set(path, text)
    return path
  }
  return {
    add(script) {
      const bodies = [...script.transforms, script.code].map(functionBody)
      for (const body of bodies) {
        const reason = unsafeReason(body)
        if (reason !== undefined) return { unsafe: reason }
      }
      const isData = readsData(bodies[0] ?? '')
      return { reference: `../${keep('checks', moduleText(script, bodies, isData), 'mjs')}`, isData }
    },
    review: (code, ending) => keep('review', code.endsWith('\n') ? code : `${code}\n`, ending),
    files: () => [...texts].map(([path, text]) => ({ path, text })),
  }
}

/** Code as promptfoo makes a function of it: one line is an expression, several are the body themselves. */
function functionBody(code: string): string {
  const trimmed = code.trim().replace(/;+\s*$/, '')
  if (/^(?:\([\w\s,{}]*\)|\w+)\s*=>|^function\b/.test(trimmed)) return `return (${trimmed})(output, context)`
  if (code.trimEnd().includes('\n')) return code.trimEnd()
  const [, declarations, last] = /^((?:const|let|var)\s[\s\S]*;)([^;]+)$/.exec(trimmed) ?? []
  return declarations === undefined ? `return ${trimmed}` : `${declarations} return ${last?.trim()}`
}

/**
 * Whether code takes the output for data: it reads a member that no text has. promptfoo parses the answers of some
 * providers, and here every output is a text.
 */
function readsData(body: string): boolean {
  const members = [...body.matchAll(/\boutput\s*\??\.\s*([A-Za-z_$][\w$]*)/g)]
  return members.some(([, member = '']) => !(member in String.prototype)) || /\boutput\s*\[\s*['"]/.test(body)
}

const dataOf = `const dataOf = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
`

function moduleText({ isInverse, threshold, isMust }: Script, bodies: readonly string[], isData: boolean): string {
  const passes = threshold === undefined ? 'result > 0' : `result >= ${threshold}`
  const functions = bodies.map((body, index) => `const step${index + 1} = (output, context) => {\n${body}\n}\n`)
  const calls = bodies.reduce(
    (inner, _, index) => `step${index + 1}(${inner}, context)`,
    isData ? 'dataOf(output)' : 'output',
  )
  return `// From an assertion of promptfoo. What throws fails, as it did there.
${isData ? dataOf : ''}${functions.join('')}
const passes = (result) =>
  typeof result === 'object' && result !== null ? result.pass === true : typeof result === 'number' ? ${passes} : result === true
const scoreOf = (result) => (typeof result === 'number' ? result : typeof result?.score === 'number' ? result.score : Number(passes(result)))

export default ({ output, case: { vars, expected, source } }) => {
  const context = { vars: { ...source?.vars, ...vars, ...(expected !== undefined && { expected }) } }
  try {
    const result = ${calls}
    const score = ${isMust ? `Number(${isInverse ? '!' : ''}passes(result))` : isInverse ? '1 - scoreOf(result)' : 'scoreOf(result)'}
    return { score: Math.min(1, Math.max(0, score)), reason: String(result?.reason ?? \`the code says \${JSON.stringify(result)}\`) }
  } catch (error) {
    return { score: 0, reason: \`the code threw: \${error.message}\` }
  }
}
`
}
