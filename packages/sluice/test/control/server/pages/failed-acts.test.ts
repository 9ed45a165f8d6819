import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../../../src/control/store/store-error.ts'
import { launched } from '../../../support/control-plane/launched.ts'
import { hiddenFields, signedIn, type Visitor } from '../../../support/control-plane/visitor.ts'

async function canary() {
  const plane = await launched()
  const { body } = await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version: plane.next } })
  return { ...plane, id: body.id }
}

const formOf = async (who: Visitor, path: string) => hiddenFields(await who.page(path))

test('a form that fails is shown again with what was written, and counts once where it may have been taken', async () => {
  await using plane = await canary()
  const { store } = plane
  const { commit } = store
  const ann = await signedIn(plane, 'operator')
  const path = `/rollouts/${plane.id}/pause`
  const form: Record<string, string> = { ...(await formOf(ann, path)), reason: 'lost <b>dates</b>' }
  const written = /lost &lt;b&gt;dates&lt;\/b&gt;<\/textarea>/
  const same = ({ sendKey, revision }: Record<string, string>) => ({ sendKey, revision })

  store.commit = () => Promise.reject(new StoreError('full', 'no space on /data'))
  const full = await ann.send(path, form)
  assert.deepEqual([full.status, full.headers.get('retry-after')], [503, '30'])
  const page = await full.text()
  assert.match(page, /Nothing was done\.<\/b> The store has no space left: nothing was written/)
  assert.match(page, written)
  assert.notEqual(hiddenFields(page).sendKey, form.sendKey)
  assert.match(plane.logged(), /"code":"store-unavailable","error":"no space on \/data"/)

  store.commit = () => Promise.reject(new StoreError('unreachable', 'gone'))
  const lost = await (await ann.send(path, form)).text()
  assert.match(lost, /It is not known whether it was done\.<\/b> The store does not answer.*Sent again, it counts once/)
  assert.match(lost, written)
  assert.deepEqual(same(hiddenFields(lost)), same(form))

  store.commit = async (change) => {
    await commit(change)
    throw new StoreError('unreachable', 'gone after it was written')
  }
  assert.match(await (await ann.send(path, form)).text(), /It is not known whether it was done.*is paused/s)
  store.commit = commit
  assert.equal((await ann.send(path, form)).status, 303)
  const rows = (await plane.ask('GET /v1/features/f/audit', { as: 'operator' })).body.rows
  assert.equal(rows.filter(({ action }: { action: string }) => action === 'rollout.pause').length, 1)
})

test('where the form cannot be made again, what was written is kept all the same', async () => {
  await using plane = await canary()
  const { store } = plane
  const ann = await signedIn(plane, 'operator')
  const path = `/rollouts/${plane.id}/rollback`
  const form = { ...(await formOf(ann, path)), reason: 'lost <b>dates</b>' }
  const { features } = store
  store.features = () => Promise.reject(new StoreError('unreachable', 'gone'))
  const away = await ann.send(path, form)
  assert.equal(away.status, 503)
  const page = await away.text()
  assert.match(page, /It is not known whether it was done\.<\/b> The store does not answer/)
  assert.match(
    page,
    /Look first whether it was done, then send it again\..*lost &lt;b&gt;dates&lt;\/b&gt;<\/textarea>/s,
  )
  assert.ok(page.includes(`data-unsent="${path}"`), 'the script puts it into the form again')
  store.features = () => Promise.reject(new TypeError('odd'))
  const failed = await ann.send(path, form)
  assert.deepEqual(
    [failed.status, (await failed.text()).includes('its log has the details. It names this request ')],
    [500, true],
  )
  store.features = features
  assert.equal((await ann.send(path, form)).status, 303)
})
