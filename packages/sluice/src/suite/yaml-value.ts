import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml'
import { scalarAs, textOf } from './written.ts'

/** A fault of a document's content, and the offset at which it stands. */
export interface YamlFault {
  offset: number
  message: string
}

/** Values that aliases may stand for, all together; a thousand characters of a text weigh as much as one value. */
const mostAliased = 1_000_000

interface Anchor {
  /** Undefined while its own value is still being read. */
  value?: { data: unknown; size: number }
}

interface Reading {
  text: string
  anchors: Map<string, Anchor>
  duplicates: YamlFault[]
  /** Values read so far, those behind aliases counted each time. */
  size: number
  aliased: number
}

class Stop extends Error {
  readonly fault: YamlFault

  constructor(offset: number, message: string) {
    super(message)
    this.fault = { offset, message }
  }
}

/**
 * The data of a parsed document, in one pass: scalars keep the text they have in the file where JSON would change it
 * (see `Written`), aliases share the data of their anchors, and a key given twice is reported, its first value kept.
 * `fault` says why there is no data.
 */
export function yamlValue(
  document: Document,
  text: string,
): { data?: unknown; duplicates: YamlFault[]; fault?: YamlFault } {
  const reading: Reading = { text, anchors: new Map(), duplicates: [], size: 0, aliased: 0 }
  const { duplicates } = reading
  try {
    return { data: read(document.contents as Node | null, reading), duplicates }
  } catch (error) {
    if (error instanceof Stop) return { duplicates, fault: error.fault }
    if (error instanceof RangeError) return { duplicates, fault: { offset: 0, message: 'is nested too deeply' } }
    throw error
  }
}

/** The name of a map's key: the text that it has in the file, so that 1.10 and 04109 are keys of these names. */
export function keyText(key: unknown, text: string): string {
  if (!isScalar(key)) {
    const [start = 0, end = 0] = (key as Node | null)?.range ?? []
    return text.slice(start, end)
  }
  if (key.value === null) return key.source ?? ''
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

function read(node: Node | null, reading: Reading): unknown {
  if (node === null) return null
  if (isAlias(node)) return readAlias(node.source, offsetOf(node), reading)
  const before = reading.size
  const anchor: Anchor = {}
  const name = (node as { anchor?: string }).anchor
  if (name !== undefined) reading.anchors.set(name, anchor)
  const data = readContent(node, reading)
  reading.size += 1
  anchor.value = { data, size: reading.size - before }
  return data
}

function readContent(node: Node, reading: Reading): unknown {
  if (isMap(node)) return readMap(node, reading)
  if (isSeq(node)) return node.items.map((item) => read(item as Node | null, reading))
  if (!isScalar(node)) return null
  const { value, source } = node
  if (typeof value === 'string') reading.size += Math.floor(value.length / 1000)
  const rewritten = (typeof value === 'number' || typeof value === 'boolean') && source !== undefined
  return rewritten ? scalarAs(value, source) : value
}

function readAlias(name: string, offset: number, reading: Reading): unknown {
  const anchor = reading.anchors.get(name)
  if (anchor === undefined) throw new Stop(offset, `there is no anchor &${name}`)
  if (anchor.value === undefined) throw new Stop(offset, `*${name} contains itself`)
  const { data, size } = anchor.value
  reading.size += size
  reading.aliased += size
  if (reading.aliased > mostAliased) throw new Stop(offset, 'aliases expand to too much data; write it out')
  return data
}

function readMap(map: YAMLMap, reading: Reading): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  const merged = new Set<string>()
  for (const { key, value } of map.items as Pair<Node | null, Node | null>[]) {
    if (isMerge(key)) {
      for (const [name, item] of mergedEntries(value, reading)) {
        if (Object.hasOwn(data, name)) continue
        merged.add(name)
        define(data, name, item)
      }
      continue
    }
    const keyData = read(key, reading)
    const name = isAlias(key) ? textOf(keyData) : keyText(key, reading.text)
    const item = read(value, reading)
    if (Object.hasOwn(data, name) && !merged.delete(name)) {
      const [start = 0, end = 0] = key?.range ?? []
      reading.duplicates.push({ offset: start, message: `the key ${reading.text.slice(start, end)} is there twice` })
    } else define(data, name, item)
  }
  return data
}

/** A plain `<<` is a merge key; in quotes it is a key like any other. */
function isMerge(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol'
}

function mergedEntries(node: Node | null, reading: Reading): [string, unknown][] {
  const value = read(node, reading)
  const maps: unknown[] = Array.isArray(value) ? value : [value]
  return maps.flatMap((one) => {
    const isData = one !== null && typeof one === 'object' && !Array.isArray(one)
    if (!isData) throw new Stop(offsetOf(node), '<< needs a map, or a list of maps')
    return Object.entries(one)
  })
}

/** As an own property whatever the name, `__proto__` included. */
function define(data: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(data, name, { value, enumerable: true, configurable: true, writable: true })
}

function offsetOf(node: Node | null): number {
  return node?.range?.[0] ?? 0
}
