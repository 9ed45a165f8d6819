import { invalidInput } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import { type Data, parseData } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'

const mostReferences = 50

/**
 * The data with everything behind `$ref` in its place: of the same document, or of another file.
 * @throws SluiceError `invalid-input` for a reference that leads nowhere or to itself
 */
export async function dereferenced(value: unknown, source: ImportSource): Promise<unknown> {
  const documents = new Map<string, unknown>()
  const resolved = new Map<string, unknown>()
  const follow = async (each: unknown, document: unknown, depth: number): Promise<unknown> => {
    if (!hasReference(each)) return each
    if (depth > mostReferences) throw invalidInput(`${source.name}: it is nested too deeply, or a $ref leads to itself`)
    if (Array.isArray(each)) return Promise.all(each.map((item: unknown) => follow(item, document, depth + 1)))
    const { $ref, ...own } = each as Data
    if (typeof $ref !== 'string' || isSchemaReference($ref)) {
      const entries = Object.entries(each).map(async ([key, item]) => [key, await follow(item, document, depth + 1)])
      return Object.fromEntries((await Promise.all(entries)) as [string, unknown][])
    }
    const [file = '', pointer = ''] = $ref.split('#')
    const key = `${file}#${pointer}`
    if (!resolved.has(key)) {
      const other = file === '' ? document : (documents.get(file) ?? parseData(await source.textOf(file), file))
      documents.set(file, other)
      resolved.set(key, await follow(atPointer(other, pointer, $ref), other, depth + 1))
    }
    const target = resolved.get(key)
    return isObject(target) ? { ...target, ...((await follow(own, document, depth + 1)) as Data) } : target
  }
  return follow(value, value, 0)
}

/** Most data has none, and then needs no copy. */
function hasReference(value: unknown): value is object {
  if (value === null || typeof value !== 'object') return false
  if (!Array.isArray(value) && Object.hasOwn(value, '$ref')) return true
  return Object.values(value).some(hasReference)
}

/** References within a JSON Schema belong to the schema. */
function isSchemaReference(reference: string): boolean {
  return /^#\/(?:\$defs|definitions)\//.test(reference)
}

function atPointer(document: unknown, pointer: string, reference: string): unknown {
  let value = document
  for (const part of pointer.split('/').slice(1)) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) {
      throw invalidInput(`$ref: ${reference} leads nowhere`)
    }
    value = (value as Data)[name]
  }
  return value
}
