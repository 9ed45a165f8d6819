import path from 'node:path'
import { API, type Checker, isTypeReference, isUnionType, type Type } from 'typescript/unstable/sync'

const root = path.join(import.meta.dirname, '../../../..')

/** What is not ours: its name counts, and what it holds, but not its methods. */
const foreign = /^(Promise|Map|Set|Date|RegExp|Uint8Array|AbortSignal|Response|Request|Error|Zod|URL|Iterable|Async)/
const deepest = 8
const simple = /^(string|number|boolean|unknown|any|null|undefined|never|bigint|symbol|void|".*"|-?\d+|true|false)$/
/** `NoTruncation` and `InTypeAlias` of the compiler: whole texts, without the name of an alias. */
const textFlags = 1 | 8_388_608
/** Flags of symbols: an alias; a class, an interface or the alias of a type; a field that may be left out. */
const [alias, named, optional] = [2_097_152, 32 | 64 | 524_288, 16_777_216]

type Note = (at: string, text: string) => void

/**
 * What is seen from outside of the exports of source files: by the path to each field, the types that it may have. The
 * names of types do not count, nor where they stand; one that comes again is named by its first path. A field that may
 * be left out ends in `?`.
 */
export function publicTypes(entries: readonly (readonly [string, string])[]): Record<string, string[]> {
  const api = new API({ cwd: root })
  try {
    const [project] = api
      .updateSnapshot({ openProjects: [path.join(import.meta.dirname, 'public-types.tsconfig.json')] })
      .getProjects()
    if (!project) throw new Error('the project cannot be read')
    const { checker, program } = project
    const found = new Map<string, Set<string>>()
    const places = new Map<number, string>()
    const note: Note = (at, text) => void found.set(at, (found.get(at) ?? new Set<string>()).add(text))
    for (const [name, file] of entries) {
      const source = program.getSourceFile(file)
      const module = source && checker.getSymbolAtLocation(source)
      if (!module) throw new Error(`${file} cannot be read`)
      for (const exported of checker.getExportsOfModule(module).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
        const symbol = exported.flags & alias ? checker.getAliasedSymbol(exported) : exported
        const type = symbol.flags & named ? checker.getDeclaredTypeOfSymbol(symbol) : checker.getTypeOfSymbol(symbol)
        if (type) walk(type, `${name} ${exported.name}`, 0, { checker, note, places })
      }
    }
    return Object.fromEntries([...found].map(([at, texts]): [string, string[]] => [at, [...texts].sort()]).sort())
  } finally {
    api.close()
  }
}

interface Walk {
  checker: Checker
  note: Note
  /** Where each type stands first. */
  places: Map<number, string>
}

function walk(type: Type, at: string, depth: number, context: Walk): void {
  const { checker, note, places } = context
  const text = checker.typeToString(type, undefined, textFlags)
  const place = places.get(type.id)
  const [name] = foreign.exec(text) ?? []
  const shortText = simple.test(text) ? text : place !== undefined ? `as ${place}` : name === 'Zod' ? text : undefined
  if (shortText !== undefined || depth > deepest) {
    note(at, shortText ?? 'more')
    return
  }
  if (!isUnionType(type)) places.set(type.id, at)
  const each = (types: readonly (Type | undefined)[], to: string) => {
    for (const one of types) if (one) walk(one, to, depth + 1, context)
  }
  // The compiler ends if it is asked for the arguments of a type that has none.
  const held = () => (isTypeReference(type) ? checker.getTypeArguments(type) : [])
  const signatures = isUnionType(type) ? [] : checker.getSignaturesOfType(type, 0)
  if (checker.isArrayType(type) || checker.isTupleType(type)) {
    note(at, 'list')
    each(held(), `${at}[]`)
  } else if (isUnionType(type)) {
    each(type.getTypes(), at)
  } else if (signatures.length > 0) {
    note(at, 'function')
    for (const signature of signatures) {
      for (const [index, parameter] of signature.getParameters().entries())
        each([checker.getTypeOfSymbol(parameter)], `${at}(${index})`)
      each([checker.getReturnTypeOfSignature(signature)], `${at}()`)
    }
  } else if (name !== undefined) {
    note(at, name)
    each(held(), `${at}<>`)
  } else {
    const fields = checker.getPropertiesOfType(type).filter((field) => !field.name.startsWith('__'))
    note(at, fields.length > 0 ? 'object' : text)
    for (const field of fields)
      each([checker.getTypeOfSymbol(field)], `${at}.${field.name}${field.flags & optional ? '?' : ''}`)
  }
}
