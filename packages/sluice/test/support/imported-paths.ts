import path from 'node:path'

const quoted = /['"`](\.[^'"`]+)['"`]/.source
const imported = new RegExp(`(?:from|import)\\s*\\(?\\s*${quoted}|new URL\\(\\s*${quoted}`, 'g')
const fromFolder = /import\.meta\.dirname((?:,\s*['"`][^'"`]+['"`])+)/g

/** The relative paths that a source text imports or gives a URL of, and those out of its folder that it builds. */
export function importedPaths(text: string): string[] {
  const named = [...text.matchAll(imported)].map(([, specifier, address]) => specifier ?? address ?? '')
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
