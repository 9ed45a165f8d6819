import { isBuiltin } from 'node:module'

/** What a module says about other files. */
export interface CodeReferences {
  /** As written: `./lib.ts`, `#lib`, `lodash/get`; those built into Node are left out. */
  specifiers: string[]
  /** The module reads files or loads code by names that only exist while it runs: the text does not tell which. */
  isOpen: boolean
}

const text = `(['"\`])((?:(?!\\1)[^\\n$\\\\])+)\\1`
const imported = new RegExp(`\\b(?:from|import|import\\s*\\(|require\\s*\\(|resolve\\s*\\()\\s*${text}`, 'g')
/** Texts that look like the path of another file, whatever they stand for: one too many does no harm. */
const pathLike = /(['"`])(\.{1,2}\/(?:(?!\1)[^\n$\\])*)\1/g

/** Loads by a name that is no plain text. */
const computed = /\b(?:import|require)\s*\(\s*(?!(['"`])(?:(?!\1)[^\n$\\])+\1\s*[,)])/
/** Other ways to such names, and names that are written with escapes. */
const open = /\b(?:createRequire|eval|Function|getBuiltinModule|dlopen|Deno|Bun)\b|\bfrom\s*['"`][^'"`\n]*\\/
const openBuiltins = new Set(['fs', 'fs/promises', 'child_process', 'cluster', 'module', 'vm', 'worker_threads'])

/** Reads the references out of the text of a JavaScript or TypeScript module; rather too many than too few. */
export function codeReferences(source: string): CodeReferences {
  const found = [...source.matchAll(imported), ...source.matchAll(pathLike)].map(([, , specifier = '']) => specifier)
  const specifiers = [...new Set(found)]
  const builtins = specifiers.filter((specifier) => isBuiltin(specifier)).map((name) => name.replace(/^node:/, ''))
  return {
    specifiers: specifiers.filter((specifier) => !isBuiltin(specifier)),
    isOpen: computed.test(source) || open.test(source) || builtins.some((name) => openBuiltins.has(name)),
  }
}
