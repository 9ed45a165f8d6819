import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml'
import { isObject, setOwn } from '../../../json.ts'
import { scalarAs, textOf } from '../values/written.ts'

/** What is wrong with a document's content, and the offset at which it stands. */
export interface YamlFault {
  offset: number
  message: string
  severity: 'error' | 'warning'
}

/** Values that aliases may stand for, all together; a thousand characters of a text weigh as much as one value. */
const mostAliased = 1_000_000

interface Anchor {
  name: string
  offset: number
  isText: boolean
  used: boolean
  /** Undefined while its own value is still being read. */
  value?: { data: unknown; size: number }
}

interface Reading {
  text: string
  anchors: Map<string, Anchor>
  /** All anchors of the document. */
  given: Anchor[]
  faults: YamlFault[]
  /** Values read so far, those behind aliases counted each time. */
  size: number
  aliased: number
}

class Stop extends Error {
  readonly fault: YamlFault

  constructor(offset: number, message: string) {
    super(message)
    this.fault = { offset, message, severity: 'error' }
  }
}

/**
 * The data of a parsed document, in one pass: scalars keep the text they have in the file where JSON would change it
 * (see `Written`), aliases share the data of their anchors, and of a key given twice the first value is kept. There is
 * no data where an alias leads nowhere or to too much.
 */
export function yamlValue(document: Document, text: string): { data?: unknown; faults: YamlFault[] } {
  const reading: Reading = { text, anchors: new Map(), given: [], faults: [], size: 0, aliased: 0 }
  try {
    const data = read(document.contents as Node | null, reading)
    return { data, faults: [...reading.faults, ...reading.given.flatMap(unusedText)] }
  } catch (error) {
    if (error instanceof Stop) return { faults: [error.fault] }
    if (error instanceof RangeError) {
      return { faults: [{ offset: 0, message: 'is nested too deeply', severity: 'error' }] }
    }
    throw error
  }
}

/** The fault of a text that begins like an anchor: YAML reads `co: &Sons Ltd` as "Ltd". */
function unusedText({ name, offset, isText, used }: Anchor): YamlFault[] {
  if (used || !isText) return []
  const message = `&${name} is taken as the name of an anchor, which nothing refers to; put the text in quotes`
  return [{ offset, message, severity: 'warning' }]
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
  const anchor = anchorOf(node)
  if (anchor !== undefined) {
    reading.anchors.set(anchor.name, anchor)
    reading.given.push(anchor)
  }
  const data = readContent(node, reading)
  reading.size += 1
  if (anchor !== undefined) anchor.value = { data, size: reading.size - before }
  return data
}

function anchorOf(node: Node): Anchor | undefined {
  const { anchor: name } = node as { anchor?: string }
  return name === undefined ? undefined : { name, offset: offsetOf(node), isText: isScalar(node), used: false }
}

function readContent(node: Node, reading: Reading): unknown {
  if (isMap(node)) return readMap(node, reading)
  if (isSeq(node)) return node.items.map((item) => read(item as Node | null, reading))
  if (!isScalar(node)) return null
  const { value, source } = node
  if (typeof value === 'string') {
    reading.size += Math.floor(value.length / 1000)
    reading.faults.push(...textFaults(node))
  }
  const rewritten = (typeof value === 'number' || typeof value === 'boolean') && source !== undefined
  return rewritten ? scalarAs(value, source) : value
}

/** The faults of a text that YAML silently shortens or reads as something else. */
function textFaults(node: Scalar): YamlFault[] {
  const offset = offsetOf(node)
  if (!String(node.value).isWellFormed()) {
    return [{ offset, message: 'holds half a character (a lone surrogate), which cannot be sent', severity: 'error' }]
  }
  if (node.type !== 'PLAIN' || !/^\d/.test(node.comment ?? '')) return []
  const message = `ends before #${node.comment}, which YAML takes for a comment; put the text in quotes`
  return [{ offset, message, severity: 'warning' }]
}

function readAlias(name: string, offset: number, reading: Reading): unknown {
  const anchor = reading.anchors.get(name)
  if (anchor === undefined) throw new Stop(offset, `there is no anchor &${name}`)
  if (anchor.value === undefined) throw new Stop(offset, `*${name} contains itself`)
  anchor.used = true
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
        setOwn(data, name, item)
      }
      continue
    }
    const keyData = read(key, reading)
    const name = isAlias(key) ? textOf(keyData) : keyText(key, reading.text)
    const item = read(value, reading)
    if (Object.hasOwn(data, name) && !merged.delete(name)) {
      const [start = 0, end = 0] = key?.range ?? []
      const message = `the key ${reading.text.slice(start, end)} is there twice`
      reading.faults.push({ offset: start, message, severity: 'error' })
    } else setOwn(data, name, item)
  }
  return data
}

/** Whether a key is a merge key: a plain `<<`. In quotes it is a key like any other. */
function isMerge(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol'
}

function mergedEntries(node: Node | null, reading: Reading): [string, unknown][] {
  const value = read(node, reading)
  const maps: unknown[] = Array.isArray(value) ? value : [value]
  return maps.flatMap((one) => {
    if (!isObject(one)) throw new Stop(offsetOf(node), '<< needs a map, or a list of maps')
    return Object.entries(one)
  })
}

function offsetOf(node: Node | null): number {
  return node?.range?.[0] ?? 0
}
