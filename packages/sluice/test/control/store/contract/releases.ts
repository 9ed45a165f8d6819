import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyChain } from '../../../../src/control/release/audit-chain.ts'
import type { TokenRecord } from '../../../../src/records/token.ts'
import type { Implementation } from '../../../support/store/implementations.ts'
import {
  change,
  draft,
  feature,
  newToken,
  rollout,
  start,
  token,
  version,
} from '../../../support/store/store-samples.ts'
import { until } from '../../../support/until.ts'

export function testReleases({ name: kind, open }: Implementation): void {
  test(`${kind}: an empty store knows nothing`, async (context) => {
    const store = await open(context)
    assert.equal(await store.revision(), 0)
    assert.deepEqual(await store.features(), [])
    assert.equal(await store.feature('summary'), undefined)
    assert.deepEqual(await store.versions('summary'), [])
    assert.equal(await store.version('summary', 'aaaaaaaaaaaa'), undefined)
    assert.equal(await store.remembered('key'), undefined)
    assert.deepEqual(await store.audit('summary'), [])
    assert.equal(await store.auditHead('summary'), null)
    assert.deepEqual(await store.tokens(), [])
    assert.match(store.epoch, /^[0-9a-f]{16}$/)
    assert.match(store.secret, /^[0-9a-f]{64}$/)
    await store.ping()
  })

  test(`${kind}: of two changes of one record of a token the second is refused, so nothing is taken back`, async (context) => {
    const store = await open(context)
    const outcome = async (before: TokenRecord | null, more: Partial<TokenRecord> = {}) => {
      const written = change('_system', { token: { before, after: token('t1', more) } })
      return (await store.commit(written)).outcome
    }
    const person = { issuer: 'https://login.example.com', subject: 'ann' }
    assert.equal(await outcome(null, { person }), 'committed')
    const first = await store.tokenById('t1')
    assert.deepEqual(first, token('t1', { person }))
    assert.equal(await outcome(first ?? null, { person, revokedAt: start }), 'committed')
    const refused = [
      await outcome(null),
      await outcome(token('t1', { person }), { person, sessionEndings: 1 }),
      await outcome(token('t1', { revokedAt: start })),
    ]
    assert.deepEqual(refused, ['conflict', 'conflict', 'conflict'])
    const left = token('t1', { person, revokedAt: start })
    assert.deepEqual([await store.tokenById('t1'), await store.tokenByHash(left.hash)], [left, left])
    assert.deepEqual([await store.revision(), (await store.audit('_system')).length], [2, 2])
  })

  test(`${kind}: a commit writes feature, version, token, answer and audit row under one revision`, async (context) => {
    const store = await open(context)
    const state = feature('summary', { rollout: rollout('r1', 'summary') })
    const answer = { key: 't1 k', requestHash: 'h', status: 201, body: { ok: [1, null] }, at: start }
    const full = change('summary', {
      feature: state,
      version: version('summary', 'aaaaaaaaaaaa'),
      token: newToken('t1'),
      remember: answer,
    })
    const result = await store.commit(full)
    assert.ok(result.outcome === 'committed')
    assert.equal(result.revision, 1)
    assert.deepEqual(result.feature, { ...state, revision: 1 })
    assert.equal(await store.revision(), 1)
    assert.deepEqual(await store.feature('summary'), { ...state, revision: 1 })
    assert.deepEqual(await store.features(), [{ ...state, revision: 1 }])
    assert.deepEqual(await store.version('summary', 'aaaaaaaaaaaa'), full.version)
    assert.deepEqual(await store.tokens(), [token('t1')])
    assert.deepEqual(await store.tokenByHash('hash of t1'), token('t1'))
    assert.deepEqual([await store.tokenById('t1'), await store.tokenById('t2')], [token('t1'), undefined])
    assert.equal(await store.tokenByHash('hash of t2'), undefined)
    assert.deepEqual(await store.remembered('t1 k'), answer)
    assert.deepEqual(await store.audit('summary'), [result.audit])
    assert.equal(result.audit.revision, 1)
    assert.deepEqual(await store.auditHead('summary'), { seq: 1, hash: result.audit.hash })
  })

  test(`${kind}: the head is read anew, and a new epoch is made once, whoever asks for it`, async (context) => {
    const store = await open(context)
    const { epoch } = store
    assert.deepEqual(await store.head(), { epoch, revision: 0 })
    await store.commit(change('summary', { feature: feature('summary') }))
    assert.deepEqual(await store.head(), { epoch, revision: 1 })
    await Promise.all([store.renewEpoch(epoch), store.renewEpoch(epoch)])
    const renewed = await store.head()
    assert.match(renewed.epoch, /^[0-9a-f]{16}$/)
    assert.notEqual(renewed.epoch, epoch)
    await store.renewEpoch(epoch)
    assert.deepEqual(await store.head(), { epoch: renewed.epoch, revision: 1 })
  })

  test(`${kind}: of two commits on the same revision one wins, and the other leaves nothing`, async (context) => {
    const store = await open(context)
    await store.commit(change('summary', { feature: feature('summary') }))
    const next = { feature: feature('summary', { revision: 1 }), token: newToken('t1') }
    const results = await Promise.all([
      store.commit(change('summary', next)),
      store.commit(change('summary', { ...next, token: newToken('t2') })),
    ])
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), ['committed', 'conflict'])
    assert.equal(await store.revision(), 2)
    assert.equal((await store.audit('summary')).length, 2)
    assert.equal((await store.tokens()).length, 1)
  })

  test(`${kind}: revisions and chains have no gaps whatever is committed at once`, async (context) => {
    const store = await open(context)
    const names = ['a', 'b', 'c']
    const all = Array.from({ length: 30 }, (_, index) => store.commit(change(names[index % 3] ?? '')))
    const revisions = (await Promise.all(all)).map((result) => ('revision' in result ? result.revision : 0))
    assert.deepEqual(
      revisions.sort((a, b) => a - b),
      Array.from({ length: 30 }, (_, index) => index + 1),
    )
    for (const chain of names) {
      const head = await store.auditHead(chain)
      assert.deepEqual(verifyChain(await store.audit(chain), head), { ok: true, rows: 10 })
    }
    const page = await store.audit('a', { after: 3, limit: 2 })
    assert.deepEqual(
      page.map(({ seq }) => seq),
      [4, 5],
    )
  })

  test(`${kind}: a repeated idempotency key finds the first answer, at once or later`, async (context) => {
    const store = await open(context)
    const remember = { key: 'k', requestHash: 'h', status: 200, body: { n: 1 }, at: start }
    const once = change('summary', { feature: feature('summary'), remember })
    const results = await Promise.all([store.commit(once), store.commit(once)])
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), ['committed', 'repeated'])
    const later = await store.commit({ ...once, remember: { ...remember, body: { n: 2 } } })
    assert.deepEqual(later, { outcome: 'repeated', answer: remember })
    assert.equal(await store.revision(), 1)
  })

  test(`${kind}: an answer is kept for a day, and not for a week`, async (context) => {
    const store = await open(context)
    const day = 24 * 3_600_000
    const at = (time: number, key: string) => ({ key, requestHash: 'h', status: 200, body: null, at: time })
    await store.commit(change('a', { remember: at(start, 'first') }))
    await store.commit(change('a', { remember: at(start + day, 'second') }))
    assert.ok(await store.remembered('first'))
    await store.commit(change('a', { remember: at(start + 7 * day, 'third') }))
    assert.equal(await store.remembered('first'), undefined)
    assert.ok(await store.remembered('third'))
  })

  test(`${kind}: versions come oldest first, also when one is published again; names sort features`, async (context) => {
    const store = await open(context)
    for (const id of ['cccccccccccc', 'aaaaaaaaaaaa', 'bbbbbbbbbbbb'])
      await store.commit(change('summary', { version: version('summary', id) }))
    const again = version('summary', 'cccccccccccc', { source: 'commit 2' })
    await store.commit(change('summary', { version: again }))
    const versions = await store.versions('summary')
    assert.deepEqual(
      versions.map(({ id }) => id),
      ['cccccccccccc', 'aaaaaaaaaaaa', 'bbbbbbbbbbbb'],
    )
    assert.deepEqual(versions[0], again)
    await store.commit(change('other', { version: version('other', 'dddddddddddd') }))
    const asked = ['dddddddddddd', 'aaaaaaaaaaaa', 'cccccccccccc'].map((id) => store.version('summary', id))
    assert.deepEqual(await Promise.all(asked), [undefined, versions[1], again], 'each as asked, and of this feature')
    const newest = await store.versionPage('summary', { offset: 0, limit: 2 })
    assert.deepEqual(newest, { versions: [versions[2], versions[1]], total: 3, unreadable: 0 })
    const rest = await store.versionPage('summary', { offset: 2, limit: 2 })
    assert.deepEqual(rest, { versions: [again], total: 3, unreadable: 0 })
    assert.deepEqual(await store.versionPage('none', { offset: 0, limit: 2 }), {
      ...{ versions: [], total: 0, unreadable: 0 },
    })
    for (const name of ['b', 'Ä', 'a', 'B']) await store.commit(change(name, { feature: feature(name) }))
    assert.deepEqual(
      (await store.features()).map((state) => state.feature),
      ['B', 'a', 'b', 'Ä'],
    )
  })

  test(`${kind}: environments share versions, and a change that is based on another feature waits for that one`, async (context) => {
    const store = await open(context)
    const published = version('summary', 'aaaaaaaaaaaa')
    await store.commit(change('summary', { feature: feature('summary'), version: published }))
    const staging = 'summary@staging'
    await store.commit(change(staging, { feature: feature(staging) }))
    assert.deepEqual(await store.version(staging, 'aaaaaaaaaaaa'), published)
    assert.deepEqual(await store.versions(staging), [published])
    assert.equal((await store.versionPage(staging, { offset: 0, limit: 9 })).total, 1)
    const { revision = 0 } = (await store.feature(staging)) ?? {}
    const based = async (on: { feature: string; revision: number }) => {
      const state = await store.feature('summary')
      return (await store.commit(change('summary', { ...(state && { feature: state }), basedOn: on }))).outcome
    }
    assert.equal(await based({ feature: staging, revision }), 'committed')
    assert.equal(await based({ feature: staging, revision: revision - 1 }), 'conflict')
    assert.equal(await based({ feature: 'summary@testing', revision: 0 }), 'committed', 'it is not stored')
    assert.equal(await based({ feature: 'summary@testing', revision: 1 }), 'conflict')
  })

  test(`${kind}: a revoked token replaces the one before it`, async (context) => {
    const store = await open(context)
    await store.commit(change('_system', { token: newToken('t1') }))
    await store.commit(change('_system', { token: newToken('t2') }))
    const revoked = token('t1', { revokedAt: start + 1 })
    await store.commit(change('_system', { token: { before: token('t1'), after: revoked } }))
    assert.deepEqual(await store.tokens(), [token('t1', { revokedAt: start + 1 }), token('t2')])
  })

  test(`${kind}: values are copies, and hold what JSON holds`, async (context) => {
    const store = await open(context)
    const state = feature('summary')
    const evidence = { a: undefined, nested: { z: 1, b: [undefined] } }
    await store.commit({ feature: state, audit: draft('summary', { evidence, before: undefined }) })
    state.active = 'changed'
    const read = await store.feature('summary')
    assert.ok(read)
    read.active = 'changed too'
    assert.equal((await store.feature('summary'))?.active, 'aaaaaaaaaaaa')
    const rows = await store.audit('summary')
    assert.deepEqual(rows[0]?.evidence, { nested: { z: 1, b: [null] } })
    assert.equal(rows[0]?.before, null)
    assert.ok(verifyChain(rows).ok)
  })

  test(`${kind}: listeners hear of commits until they stop`, async (context) => {
    const store = await open(context)
    const heard: number[] = []
    const stop = store.onChange((revision) => heard.push(revision))
    await store.commit(change('summary'))
    await until(() => heard.at(-1) === 1, 'the change')
    stop()
    await store.commit(change('summary'))
    await store.ping()
    assert.equal(heard.at(-1), 1)
  })
}
