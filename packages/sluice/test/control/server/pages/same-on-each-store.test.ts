import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PageRoute } from '../../../../src/control/server/pages/page-route.ts'
import { pageRoutes } from '../../../../src/control/server/pages/page-routes.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import type { ApprovalRules } from '../../../../src/core/suite/config/approval-settings.ts'
import { canonicalJson } from '../../../../src/core/suite/values/canonical-json.ts'
import { type TestPlane, testPlane, tokenOf } from '../../../support/control-plane/control-plane.ts'
import { describedEngine, describedFeature } from '../../../support/control-plane/described-feature.ts'
import { acknowledge } from '../../../support/control-plane/launched.ts'
import { hiddenFields, sendForm, signedIn, type Visitor } from '../../../support/control-plane/visitor.ts'
import { memory, postgres, sqlite } from '../../../support/store/implementations.ts'
import { until } from '../../../support/until.ts'

/** What a browser was told, with numbers in place of all that is drawn at random. */
interface Seen {
  step: string
  status: number
  location: string
  told: string
}

/** Notes what browsers are told by one control plane. */
interface Watch {
  seen: Seen[]
  /** Notes the answer to a request, written as `GET /path`, and gives its text. */
  note(step: string, response: Response): Promise<string>
  get(who: Visitor, address: string): Promise<string>
  /** Does both steps of an act, looks at what is shown of it, and gives the address that it leads to. */
  act(who: Visitor, address: string): Promise<string>
}

/** Streams, files, and sign-in by a link and at another site: what they answer has tests of its own. */
const elsewhere = ['/live', '/assets/{file}', '/sign-in/link/{link}', '/sign-in/oidc', '/sign-in/oidc/callback']

const drawn =
  /(?<=name="(?:formKey|sendKey)" value=")[^"]+|(?<=data-tag=")[^"]+|\b(?:r|ap)-[0-9a-f]{16}\b|\b[0-9a-f]{64}\b|(?<=request <code>)\w+/g

/** Stores tell when instances reported, and when sessions and proposals end, by clocks of their own. */
const ofTheirClock = /(?<=data-column="Last report">|The session ends |lapses )<time.*?<\/time>|(?<=reported )[\d:]+Z/g

/** Numbers what is drawn at random in the order in which it is seen first. */
function numbering(): (text: string) => string {
  const numbers = new Map<string, number>()
  return (text) =>
    text.replaceAll(ofTheirClock, 'then').replaceAll(drawn, (found) => {
      const number = numbers.get(found) ?? numbers.size + 1
      numbers.set(found, number)
      return `drawn-${number}`
    })
}

/** JSON, or lines of it, with the keys in one order: each store has its own. */
function sortedKeys(text: string, type: string): string {
  if (type.startsWith('application/json')) return canonicalJson(JSON.parse(text))
  if (!type.startsWith('application/x-ndjson')) return text
  return text
    .trim()
    .split('\n')
    .map((line) => canonicalJson(JSON.parse(line)))
    .join('\n')
}

function watchOf(plane: TestPlane): Watch {
  const plain = numbering()
  const watch: Watch = {
    seen: [],
    async note(step, response) {
      const text = await response.text()
      const location = plain(response.headers.get('location') ?? '')
      const told = plain(sortedKeys(text, response.headers.get('content-type') ?? ''))
      watch.seen.push({ step: plain(step), status: response.status, location, told })
      return text
    },
    get: async (who, address) => watch.note(`GET ${address}`, await who.get(address)),
    async act(who, address) {
      for (const instance of ['app-1', 'app-2']) await report(plane, instance)
      const fields = hiddenFields(await watch.get(who, address))
      const [path = ''] = address.split('?')
      const response = await who.send(path, { ...fields, reason: 'for the test' })
      const led = response.headers.get('location') ?? ''
      const text = await watch.note(`POST ${path}`, response)
      assert.equal(response.status, 303, `${address}: ${text}`)
      for (const page of ['/', '/features/told', '/audit/told', led]) await watch.get(who, page)
      await plane.pass(2000)
      return led
    },
  }
  return watch
}

/** An instance has what it is to see, once the control plane has read it itself. */
const report = (plane: TestPlane, instance: string) =>
  until(async () => (await acknowledge(plane, instance)).status === 200, `the report of ${instance}`)

/** Every page and every act once. */
async function everything(store: Store): Promise<Seen[]> {
  const approvals: ApprovalRules = {}
  // Whether an instance is silent is a matter of the store's clock, too: on a busy machine none is to be.
  const settings = { heartbeatMs: 3_600_000 }
  await using plane = await testPlane({ store, approvals, settings, engineState: describedEngine })
  const [oldest = '', , , , newest = ''] = await describedFeature(plane, { feature: 'told' })
  await plane.pass(2000)
  await report(plane, 'app-1')
  await store.addJudgeSpending('2026-11-21', 'told', 1)
  const watch = watchOf(plane)
  const [ann, bob, eve] = [
    await signedIn(plane, 'operator'),
    await signedIn(plane, 'approver'),
    await signedIn(plane, 'admin'),
  ]
  for (const page of [
    ...[`/features/told/compare?from=${oldest}&to=${newest}`, `/features/told/versions/${newest}/content`],
    ...[`/runs/told/${newest}`, '/audit/told/verification', '/audit/told/export', '/audit/told?act=none'],
    ...['/judge', '/costs', '/instances', '/settings', '/help', '/sign-in', '/features/other'],
  ])
    await watch.get(eve, page)
  await actsOnRollouts(watch, { plane, ann, version: newest })
  approvals['*'] = { approvals: 1, approvers: { role: 'approver' }, expires: 24 * 3_600_000 }
  await actsOnProposals(watch, { ann, bob, versions: [oldest, newest] })
  await watch.note('POST /sign-in', await sendForm(plane, '/sign-in', { token: 'a wrong one' }))
  await watch.note('POST /sign-in', await sendForm(plane, '/sign-in', { token: tokenOf('viewer') }))
  await watch.note('POST /sign-out', await ann.send('/sign-out', { everywhere: 'yes' }))
  await watch.get(ann, '/settings')
  return watch.seen
}

async function actsOnRollouts(
  watch: Watch,
  { plane, ann, version }: { plane: TestPlane; ann: Visitor; version: string },
): Promise<void> {
  const rollout = async () => `/rollouts/${(await plane.store.feature('told'))?.rollout?.id}`
  for (const act of ['pause', 'resume', 'advance', 'rollback']) {
    await watch.act(ann, `${await rollout()}/${act}`)
    await watch.get(ann, await rollout())
  }
  for (const end of ['abort', 'promote']) {
    await watch.act(ann, `/features/told/start?version=${version}`)
    await watch.act(ann, `${await rollout()}/${end}`)
  }
  await watch.act(ann, '/features/told/rollback')
  await watch.act(ann, `/features/told/activate?version=${version}`)
}

async function actsOnProposals(
  watch: Watch,
  { ann, bob, versions: [proposed, urgent] }: { ann: Visitor; bob: Visitor; versions: [string, string] },
): Promise<void> {
  const propose = () => watch.act(ann, `/features/told/activate?version=${proposed}`)
  await watch.act(ann, `${await propose()}/withdraw`)
  await watch.act(bob, `${await propose()}/reject`)
  await watch.act(bob, `${await propose()}/approve`)
  await watch.act(ann, `/features/told/activate?version=${urgent}&breakGlass=yes`)
  const waiting = /\/proposals\/[\w-]+/.exec(await watch.get(bob, '/'))?.[0]
  await watch.act(bob, `${waiting}/review`)
}

const isOf = ({ method, path }: PageRoute, step: string) =>
  new RegExp(`^${method} ${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(step.split('?', 1)[0] ?? '')

test('every page and every act is the same on each store, word by word', async (context) => {
  const told = await everything(await memory.open(context))
  const missed = pageRoutes.filter((route) => !told.some(({ step }) => isOf(route, step))).map(({ path }) => path)
  assert.deepEqual([...new Set(missed)].sort(), [...elsewhere].sort())
  for (const { name, open } of [sqlite, await postgres()]) {
    const there = await everything(await open(context))
    for (const [index, one] of there.entries()) assert.deepEqual(one, told[index], `${one.step} on ${name}`)
    assert.equal(there.length, told.length)
  }
})
