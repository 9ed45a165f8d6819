import path from 'node:path'

const quoted = /(['"`])([^'"`\s]+)\1/.source
/** White space and comments. */
const gap = /(?:\s|\/\*[\s\S]*?\*\/|\/\/.*\n)*/.source
const called = /(?:\bimport|\brequire|\bimport\.meta\.resolve|\bnew URL)/.source
/** Only a call takes a text in backticks; in a comment they are around any name. */
const imported = new RegExp(`(?:\\b(?:from|import)${gap}(?!\`)|${called}${gap}\\(${gap})${quoted}`, 'g')
const fromFolder = /import\.meta\.dirname((?:,\s*['"`][^'"`]+['"`])+)/g

/** All that a source text imports, packages by their names, and what it gives a URL of. */
export function importedNames(text: string): string[] {
  return [...text.matchAll(imported)].map(([, , name = '']) => name)
}

/** The relative paths that a source text imports or gives a URL of, and those out of its folder that it builds. */
export function importedPaths(text: string): string[] {
  const named = importedNames(text).filter((name) => name.startsWith('.'))
  const built = [...text.matchAll(fromFolder)].map(([, parts = '']) =>
    path.join(...[...parts.matchAll(/['"`]([^'"`]+)['"`]/g)].map(([, part = '']) => part)),
  )
  return [...named, ...built.filter((target) => target.startsWith('../'))]
}

/** The same without what is imported for types alone, which loads nothing. */
export function loadedPaths(text: string): string[] {
  const withoutTypes = text
    .replace(/^(?:import|export) type [^'"]*from '[^']+'/gm, '')
    .replace(/^(?:import|export) \{((?:\s*type [\w$ ]+,?)+\s*)\} from '[^']+'/gm, '')
  return importedPaths(withoutTypes)
}
