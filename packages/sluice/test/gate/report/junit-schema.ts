/** An element of an XML document. */
export interface Element {
  name: string
  attributes: Record<string, string>
  children: Element[]
  text: string
}

/** Reads XML as strictly as the subset that JUnit files use asks for. @throws where it is not well-formed. */
export function parseXml(xml: string): Element {
  if (/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(xml))
    throw new Error('a character that XML 1.0 forbids')
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
  let place = 0
  for (const tag of body.matchAll(/<(\/?)([a-z-]+)((?:\s+[a-z]+="[^"<]*")*)\s*(\/?)>/g)) {
    addText(open.at(-1), body.slice(place, tag.index))
    place = tag.index + tag[0].length
    const [, closing, name = '', attributes = '', empty] = tag
    if (closing) {
      const closed = open.pop()
      if (closed?.name !== name) throw new Error(`</${name}> closes <${closed?.name}>`)
      continue
    }
    const element: Element = { name, attributes: attributesOf(attributes), children: [], text: '' }
    open.at(-1)?.children.push(element)
    if (!empty) open.push(element)
  }
  addText(open.at(-1), body.slice(place))
  const [document, ...others] = root.children
  if (!document || others.length > 0 || open.length !== 1 || root.text.trim() !== '')
    throw new Error('not one document')
  return document
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' }

function plain(text: string): string {
  if (text.includes('<')) throw new Error(`markup that is none: ${text.slice(0, 80)}`)
  return text.replace(/&(\w*);?/g, (entity, name: string) => {
    const character = entities[name]
    if (character === undefined || !entity.endsWith(';')) throw new Error(`an entity that is none: ${entity}`)
    return character
  })
}

function addText(element: Element | undefined, text: string): void {
  if (element) element.text += plain(text)
}

function attributesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, name, value = '']) => [name, plain(value)]),
  )
}

const number = /^\d+(\.\d+)?$/
const count = /^\d+$/
const any = /^/

/** The schema that CI systems share: what an element must have, may have, and holds, in this order. */
const schema: Record<
  string,
  { required: Record<string, RegExp>; optional: Record<string, RegExp>; children: string[] }
> = {
  testsuites: {
    required: {},
    optional: { name: any, time: number, tests: count, failures: count, errors: count },
    children: ['testsuite'],
  },
  testsuite: {
    required: { name: /./, tests: count, failures: count, errors: count },
    optional: {
      skipped: count,
      time: number,
      timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/,
      hostname: any,
      id: any,
      package: any,
    },
    children: ['properties', 'testcase', 'system-out', 'system-err'],
  },
  properties: { required: {}, optional: {}, children: ['property'] },
  property: { required: { name: /./, value: any }, optional: {}, children: [] },
  testcase: {
    required: { name: any, classname: any },
    optional: { time: number },
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
  },
  skipped: { required: {}, optional: { message: any }, children: [] },
  error: { required: {}, optional: { message: any, type: any }, children: [] },
  failure: { required: {}, optional: { message: any, type: any }, children: [] },
  'system-out': { required: {}, optional: {}, children: [] },
  'system-err': { required: {}, optional: {}, children: [] },
}

/** Every place where a document differs from the JUnit schema, its counts included. */
export function junitFaults(element: Element, parent = ''): string[] {
  const place = `${parent}/${element.name}`
  const rule = schema[element.name]
  if (!rule) return [`${place} is unknown`]
  const allowed: Record<string, RegExp> = { ...rule.required, ...rule.optional }
  const order = element.children.map(({ name }) => rule.children.indexOf(name))
  return [
    ...Object.keys(rule.required)
      .filter((name) => !(name in element.attributes))
      .map((name) => `${place} lacks ${name}`),
    ...Object.entries(element.attributes)
      .filter(([name, value]) => !allowed[name]?.test(value))
      .map(([name, value]) => `${place} has ${name}="${value}"`),
    ...(order.some((index, at) => index < 0 || index < (order[at - 1] ?? 0))
      ? [`${place} holds ${element.children.map(({ name }) => name)}`]
      : []),
    ...countFaults(element, place),
    ...element.children.flatMap((child) => junitFaults(child, place)),
  ]
}

function countFaults({ name, attributes, children }: Element, place: string): string[] {
  if (name !== 'testsuite') return []
  const cases = children.filter((child) => child.name === 'testcase')
  const having = (kind: string) => cases.filter((each) => each.children.some((child) => child.name === kind)).length
  const counted = {
    tests: cases.length,
    failures: having('failure'),
    errors: having('error'),
    skipped: having('skipped'),
  }
  return Object.entries(counted)
    .filter(([key, value]) => Number(attributes[key]) !== value)
    .map(([key, value]) => `${place} counts ${attributes[key]} ${key}, not ${value}`)
}
