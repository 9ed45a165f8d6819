import { isBuiltin } from 'node:module'

/** What a module says about other files. */
export interface CodeReferences {
  /** Specifiers as written: `./lib.ts`, `#lib`, `lodash/get`; those built into Node are left out. */
  specifiers: string[]
  /** The module reads files or loads code by names that only exist while it runs: the text does not tell which. */
  isOpen: boolean
  /** What the text of an open module says of the places that such names may lie in. */
  reach: {
    /** Seen from the module's folder: `../`, `../words/`. */
    beside: string[]
    /** Whatever may be a path seen from the folder that the program runs in: `data`, `data/words.txt`. */
    named: string[]
  }
}

const text = `(['"\`])((?:(?!\\1)[^\\n$\\\\])+)\\1`
const imported = new RegExp(`\\b(?:from|import|import\\s*\\(|require\\s*\\(|resolve\\s*\\()\\s*${text}`, 'g')
/** Texts that look like the path of another file, whatever they stand for: one too many does no harm. */
const pathLike = /(['"`])(\.{1,2}\/(?:(?!\1)[^\n$\\])*)\1/g

/** The beginning of a path, as in `../words/${name}` and '../words/' + name. */
const beginning = /['"`](\.\.\/(?:[^'"`\n$\\]*\/)?)/g
/** One part of a path after another, as in join(folder, '..', '..'). */
const upwards = /(?:(['"`])\.\.\1\s*,?\s*)+/g
const aboveItsFolder = /\bdirname\s*\(\s*(?:import\.meta\.dirname|__dirname)\b/
const nameLike = /(['"`])([\w@][\w@./-]*)(?:\1|(?=\$\{))/g

/** Loads by a name that is no plain text. */
const computed = /\b(?:import|require)\s*\(\s*(?!(['"`])(?:(?!\1)[^\n$\\])+\1\s*[,)])/
/** Other ways to such names, and names that are written with escapes. */
const open = /\b(?:createRequire|eval|Function|getBuiltinModule|dlopen|Deno|Bun)\b|\bfrom\s*['"`][^'"`\n]*\\/
const openBuiltins = new Set(['fs', 'fs/promises', 'child_process', 'cluster', 'module', 'vm', 'worker_threads'])

/** Reads the references out of the text of a JavaScript or TypeScript module; rather too many than too few. */
export function codeReferences(source: string): CodeReferences {
  const texts = `${source}\n${source.replaceAll(/\/\*.*?\*\//gs, ' ')}`
  const found = [...texts.matchAll(imported), ...texts.matchAll(pathLike)].map(([, , specifier = '']) => specifier)
  const specifiers = [...new Set(found)]
  const builtins = specifiers.filter((specifier) => isBuiltin(specifier)).map((name) => name.replace(/^node:/, ''))
  const isOpen = computed.test(source) || open.test(source) || builtins.some((name) => openBuiltins.has(name))
  return {
    specifiers: specifiers.filter((specifier) => !isBuiltin(specifier)),
    isOpen,
    reach: isOpen ? reachOf(source) : { beside: [], named: [] },
  }
}

function reachOf(source: string): CodeReferences['reach'] {
  const ups = [...source.matchAll(upwards)].map(([parts]) => '../'.repeat(parts.split('..').length - 1))
  const beginnings = [...source.matchAll(beginning)].map(([, start = '']) => start)
  const above = aboveItsFolder.test(source) ? ['../'] : []
  const named = [...source.matchAll(nameLike)].map(([, , name = '']) => name)
  return { beside: [...new Set([...ups, ...beginnings, ...above])], named: [...new Set(named)] }
}
