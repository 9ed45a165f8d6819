import type { SaxesParser } from 'saxes'
import { errorMessage } from '../../../errors.ts'
import type { XmlCheck } from '../../suite/checks/check-spec.ts'
import { type Measure, passOrFail } from './measure.ts'
import { readWithin } from './time-limit.ts'
import { type XmlElement, xmlElementsIn } from './xml-elements.ts'

/** What the parser is needed for; entities other than XML's own five are never replaced, so that none can grow. */
type NewParser = () => SaxesParser

/**
 * `xml`: the whole output is one well-formed document. `containsXml`: a well-formed element stands in the output.
 * Either with the wanted elements in it, by their paths from the outermost one. A document that declares entities of
 * its own is neither taken for XML nor for none: what it stands for is not read.
 */
export function measureXml({ type, value, negate }: XmlCheck): Measure {
  const wanted = value === true ? [] : value.elements
  return async ({ output }) => {
    const { SaxesParser } = await import('saxes')
    const create: NewParser = () => new SaxesParser()
    return readWithin('the output as XML', output.length, () => {
      if (type === 'containsXml') return contained(output, wanted, negate, create)
      const read = readDocument(output.trim(), wanted, create)
      if ('declares' in read) return passOrFail(false, declares)
      if ('fault' in read) return passOrFail(negate, `the output is not XML: ${read.fault}`)
      return found(read.missing, negate, 'the output is XML')
    })
  }
}

const declares = 'the output declares entities or elements of its own (<!DOCTYPE … [)'

function found(missing: readonly string[], negate: boolean, what: string) {
  if (missing.length > 0) return passOrFail(negate, `${what} without ${missing.join(', ')}`)
  return passOrFail(!negate, what)
}

type DocumentRead = { missing: string[] } | { fault: string } | { declares: true }

function readDocument(text: string, wanted: readonly string[], create: NewParser): DocumentRead {
  const parser = create()
  let hasDeclarations = false
  parser.on('doctype', (doctype) => {
    // Inside quotes a bracket belongs to an address.
    hasDeclarations = doctype.replaceAll(/"[^"]*"|'[^']*'/g, '').includes('[')
  })
  const missing = watchPaths(parser, wanted)
  try {
    parser.write(text).close()
  } catch (error) {
    if (error instanceof RangeError) throw error
    return hasDeclarations ? { declares: true } : { fault: errorMessage(error) }
  }
  return hasDeclarations ? { declares: true } : { missing: missing() }
}

function contained(output: string, wanted: readonly string[], negate: boolean, create: NewParser) {
  if (/<!DOCTYPE[^<>]*\[/i.test(output)) return passOrFail(false, declares)
  const { outermost, innermost } = xmlElementsIn(output)
  const left = new Set(wanted)
  let count = 0
  for (const element of outermost) {
    const read = readDocument(textOf(element, output), [...left], create)
    if (!('missing' in read)) continue
    count += 1
    for (const path of left) if (!read.missing.includes(path)) left.delete(path)
    if (left.size === 0) return passOrFail(!negate, 'the output contains XML')
  }
  // Where a fault is in an outer element, one inside it may still be well-formed.
  const isThere =
    count > 0 || innermost.some((element) => 'missing' in readDocument(textOf(element, output), [], create))
  if (!isThere) return passOrFail(negate, 'the output contains no well-formed XML element')
  return found([...left], negate, 'the output contains XML')
}

function textOf({ start, end }: XmlElement, output: string): string {
  return output.slice(start, end)
}

/** Follows the parser, and says at the end which paths it never came along. */
function watchPaths(parser: SaxesParser, paths: readonly string[]): () => string[] {
  // How many names, from the outermost element on, each path has in common with the present place.
  const watched = paths.map((path) => ({ path, names: path.split('.'), common: 0, found: false }))
  let depth = 0
  parser.on('opentag', ({ name }) => {
    for (const each of watched) {
      if (each.common === depth && each.names[depth] === name) each.common += 1
      if (each.common === each.names.length) each.found = true
    }
    depth += 1
  })
  parser.on('closetag', () => {
    depth -= 1
    for (const each of watched) each.common = Math.min(each.common, depth)
  })
  return () => watched.filter((each) => !each.found).map(({ path }) => path)
}
