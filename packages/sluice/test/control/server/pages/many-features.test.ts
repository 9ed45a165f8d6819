import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { type TestPlane, testPlane } from '../../../support/control-plane/control-plane.ts'
import { signedIn, type Visitor } from '../../../support/control-plane/visitor.ts'
import { change, feature, proposal, rollout, start, version } from '../../../support/store/store-samples.ts'

const features = 1000
const versions = 10_000
const running = 40
const failing = 30
const waiting = 300
/** This one has as many versions as all others leave. */
const busy = 'feature-0500'
const ofOthers = 9
const ofBusy = versions - (features - 1) * ofOthers

const nameOf = (index: number) => `feature-${String(index).padStart(4, '0')}`
const idOf = (index: number) => index.toString(16).padStart(12, '0')
const [active, canary] = [idOf(1), idOf(2)]

/** Written as a past would have left it, without the requests by which it came. */
async function filled(): Promise<Store> {
  const store = memoryStore()
  for (let index = 0; index < features; index += 1) {
    const name = nameOf(index)
    const held = name === busy ? ofBusy : ofOthers
    for (let number = 0; number < held; number += 1) {
      const record = version(name, idOf(number), { publishedAt: start + number })
      await store.commit(change(name, { version: record }))
    }
    const history = [{ version: active, since: start, until: null, ended: null, promoted: false }]
    const runs = index < running ? { ...rollout(`r-${idOf(index)}0000`, name), incumbent: active, canary } : null
    await store.commit(change(name, { feature: feature(name, { active, history, rollout: runs }) }))
    if (index < waiting)
      await store.commit(change(name, { proposal: proposal(`ap-${idOf(index)}0000`, { feature: name }) }))
  }
  return store
}

/** The page at an address; none may be too large for a bad network. */
async function read(who: Visitor, path: string): Promise<string> {
  const text = await who.page(path)
  const bytes = Buffer.byteLength(text)
  assert.ok(bytes < 100_000, `${path} has ${bytes} bytes`)
  return text
}

const unescaped = (text: string) => text.replaceAll('&amp;', '&')

/** Goes from page to page by the link to the next, and gives what is found on each. */
async function walk(who: Visitor, from: string, find: (page: string) => string[]): Promise<string[]> {
  const found: string[] = []
  const seen = new Set<string>()
  for (let path: string | undefined = from; path !== undefined; ) {
    assert.ok(!seen.has(path), `${path} does not lead back to itself`)
    seen.add(path)
    const text = await read(who, path)
    found.push(...find(text))
    const link = /href="([^"]+)" rel="next"/.exec(text)?.[1]
    path = link === undefined ? undefined : unescaped(link)
  }
  return found
}

/** What follows in each row of the table of this name. */
function inRows(table: string, pattern: string): (page: string) => string[] {
  const start = new RegExp(`<th scope="row"[^>]*>${pattern}`, 'g')
  return (page) => {
    const [, part = ''] = page.split(`aria-label="${table}"`)
    return [...(part.split('</table>')[0] ?? '').matchAll(start)].map(([, name = '']) => name)
  }
}

function allOnce(found: readonly string[], wanted: number, what: string): void {
  assert.equal(found.length, wanted, what)
  assert.equal(new Set(found).size, wanted, `${what}, each once`)
}

let past: Promise<Store> | undefined

/** One past for all tests, which only read it. */
async function manyFeatures(): Promise<TestPlane> {
  const faults = Array.from({ length: failing }, (_, index) => ({
    ...{ loop: 'judging', feature: nameOf(features - 1 - index), code: 'damaged', since: 0, failures: 3 },
  }))
  const engineState = { assessment: async () => null, drift: async () => null, faults: () => faults }
  past ??= filled()
  return testPlane({ store: await past, engineState })
}

test('of 1,000 features and 10,000 versions none is lost on the way through the pages, and the counts agree', async () => {
  await using plane = await manyFeatures()
  const ann = await signedIn(plane, 'operator')
  const linked = '<a href="/features/([^"]+)"'
  const ofFeature = inRows('Features', linked)
  const overview = (await read(ann, '/')).replaceAll(/<[^>]+>/g, '')
  assert.match(overview, /30 features of 1,000 need attention/)
  assert.match(overview, /40 rollouts running/)
  assert.match(overview, /300 releases wait for approval or review/)
  const listed = await walk(ann, '/', ofFeature)
  allOnce(listed, features, 'features')
  assert.ok(
    listed.slice(0, failing).every((name) => name >= nameOf(features - failing)),
    'what fails comes first',
  )
  allOnce(await walk(ann, '/?show=attention', ofFeature), failing, 'features that need attention')
  allOnce(await walk(ann, '/?show=rollouts', ofFeature), running, 'features with a rollout')
  allOnce(await walk(ann, '/?search=feature-00', ofFeature), 100, 'features of that name')
  allOnce(await walk(ann, '/judge', inRows('Judges', linked)), features, 'features on the page of judges')
  allOnce(await walk(ann, '/costs', inRows('Costs by feature', linked)), features, 'features on the page of costs')
})

test('of a feature with 1,000 versions each is listed, can be chosen, and stands in the log', async () => {
  await using plane = await manyFeatures()
  const ann = await signedIn(plane, 'operator')
  const path = `/features/${busy}`
  assert.match(await read(ann, path), /Versions <small>1,009</)
  const id = '<code class="id">([0-9a-f]+)'
  allOnce(await walk(ann, path, inRows('Versions, 1,009 in all', `.*?${id}`)), ofBusy, 'versions')
  const choices = inRows('Versions', `<a href="${path}/activate\\?version=([^"]+)"`)
  allOnce(await walk(ann, `${path}/activate`, choices), ofBusy - 1, 'choices')
  allOnce(await walk(ann, `/audit/${busy}`, inRows('Rows', '([\\d,]+)<')), ofBusy + 1, 'rows of the log')
})

test('every link of such a page leads somewhere', async () => {
  await using plane = await manyFeatures()
  const ann = await signedIn(plane, 'operator')
  const links = new Set<string>()
  for (const path of ['/', `/features/${busy}`, `/rollouts/r-${idOf(3)}0000`, '/judge', '/costs', `/audit/${busy}`])
    for (const [, link = ''] of (await read(ann, path)).matchAll(/ href="(\/[^"]*)"/g)) links.add(unescaped(link))
  const kinds = Map.groupBy(links, (link) => link.replaceAll(/feature-\d+|[0-9a-f]{12,}|page=\d+/g, '*'))
  for (const [kind, [first = '', ...others]] of kinds)
    for (const link of new Set([first, others.at(-1) ?? first]))
      assert.equal((await ann.get(link)).status, 200, `${kind}: ${link}`)
})
