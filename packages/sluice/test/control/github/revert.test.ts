import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowNotification } from '../../../src/control/notify/row-notification.ts'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { GithubSettings } from '../../../src/core/suite/config/server-settings.ts'
import { defaultLiveSettings } from '../../../src/records/rollout/rollout-settings.ts'
import { by, byHand } from '../../support/controller/stage.ts'
import { type FakeGithub, fakeGithub } from '../../support/github/fake-github.ts'
import { type FakeRepository, fakeRepository } from '../../support/github/fake-repository.ts'
import { goodPrompt, load } from '../../support/memory-files.ts'
import { content, start } from '../../support/store/store-samples.ts'
import { until } from '../../support/until.ts'
import { following, publishFrom, untilKnown, untilTold } from './followed-store.ts'

const folder = 'apps/mail/'
const file = 'prompts/summary.prompt.yml'
const place = `${folder}${file}`
const suitePlace = `${folder}evals/summary.yaml`
const suite = '# kept as it is\n- id: a\n  vars: {email: one}\n  tags: [core]\n'
const promptOf = (system: string, live = 'live: {store: true, redact: ../lib/redact.ts}\n') =>
  live + goodPrompt.replace('Summarise.', system).replace('../evals/summary.jsonl', '../evals/summary.yaml')
/** The good version ends its lines and begins as some editors do: a revert keeps that too. */
const good = `\ufeff${promptOf('Summarise everything.')}`.replaceAll('\n', '\r\n')
const bad = promptOf('Be brief.')
const files = (prompt: string) => ({
  ...{ [place]: prompt, [suitePlace]: suite, 'README.md': 'hello' },
  [`${folder}evals/notes.txt`]: `${prompt.length} characters`,
  [`${folder}lib/redact.ts`]: '',
})

const linkTo = () => undefined

interface Scene extends AsyncDisposable {
  repository: FakeRepository
  github: FakeGithub
  store: Store
  incumbent: string
  canary: string
  rollBack(): Promise<void>
}

interface Situation {
  live?: object
  /** The good one, then the bad one. */
  prompts?: [string, string]
  /** More files of every commit. */
  more?: Record<string, string>
  /** What else of its origin a version claims. */
  origins?: (repository: FakeRepository, label: string) => object
}

/** A rollout of the bad version, which is in the default branch, with three stored answers. */
async function rolling({
  live = {},
  prompts = [good, bad],
  more = {},
  origins = () => ({}),
}: Situation = {}): Promise<Scene> {
  const repository = fakeRepository()
  const github = await fakeGithub({ repository })
  const store = memoryStore()
  const publish = async (label: string, prompt: string) => {
    const inProject = Object.entries(more).map(([name, text]) => [name.slice(folder.length), text])
    const { prompts } = await load({
      [file]: prompt,
      'evals/summary.yaml': suite,
      'lib/redact.ts': '',
      ...Object.fromEntries(inProject),
    })
    const id = prompts[0]?.id ?? assert.fail('the prompt is faulty')
    const commit = repository.commit({ ...files(prompt), ...more })
    const origin = { commit, repository: null, project: folder, file, ...origins(repository, label) }
    const settings = { ...defaultLiveSettings, store: true, ...live }
    await publishFrom(store, { id, label, commit: null, feature: 'summary', more: { origin, live: settings } })
    return id
  }
  const incumbent = await publish('3.0', prompts[0])
  const canary = await publish('3.1', prompts[1])
  const apply = (event: Parameters<typeof applyEvent>[2]) => applyEvent(store, 'summary', event, by, byHand)
  await apply({ type: 'activate', version: incumbent, reason: 'first' })
  const rollout = { rolloutId: 'r-1', salt: 's', settings: (await store.version('summary', canary))?.rollout }
  if (!rollout.settings) assert.fail()
  await apply({ type: 'start', canary, override: null, ...rollout, settings: rollout.settings })
  const stored = ['Ann asks for a refund', 'Ann forgot the invoice', 'all is well'].map((email, index) => ({
    ...content(`o${index}`, { feature: 'summary', version: canary, rolloutId: 'r-1' }),
    ...{ input: { email }, output: 'a secret answer', storedAt: start, expiresAt: Number.MAX_SAFE_INTEGER },
    ...{ score: index === 2 ? 0.9 : 0.1 * index, judgement: { items: [{ id: 'actions', verdict: 'no' }] } },
  }))
  await store.putContent(stored)
  const rollBack = async () => {
    const reason = 'The canary is worse. cc @acme/all #1'
    await apply({ type: 'rollBack', reason, why: 'evidence' })
  }
  return {
    ...{ repository, github, store, incumbent, canary, rollBack },
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  }
}

/** Rolls back while GitHub is told, and says what the record holds of the revert. */
async function rolledBack(scene: Scene, settings: Partial<GithubSettings> = {}): Promise<string[]> {
  const { store, github } = scene
  await using follower = following(store, github, { revertPullRequest: true, ...settings })
  await untilKnown(store)
  await scene.rollBack()
  await until(async () => {
    follower.clock.at += 1000
    return (await said(store)).length > 0
  }, 'the end of the revert')
  return said(store)
}

const said = async (store: Store) =>
  (await store.audit('summary'))
    .filter(({ action }) => action.startsWith('revert.'))
    .map(({ action, reason }) => `${action}: ${reason}`)

test('a rollback opens one pull request: the bytes of before, the incident as cases, what happened', async () => {
  await using scene = await rolling()
  const { repository, store } = scene
  const before = repository.branches.get('main')
  const told = await rolledBack(scene, { incidentCases: true })
  assert.deepEqual(told, [
    `revert.opened: A pull request takes the default branch back as well: ${repository.pulls[0]?.html_url}`,
  ])
  assert.equal(repository.branches.get('main'), before, 'the default branch stays')
  const [pull] = repository.pulls
  assert.deepEqual(
    [pull?.title, pull?.head, pull?.base],
    ['Take summary back to 3.0', 'sluice/revert-summary-r-1', 'main'],
  )
  const now = repository.filesOf('sluice/revert-summary-r-1')
  assert.deepEqual(now, { ...repository.filesOf('main'), [place]: good, [suitePlace]: now[suitePlace] })
  const added = now[suitePlace] ?? ''
  assert.ok(added.startsWith(suite) && /email: "\[name\] forgot the invoice"/.test(added), added)
  assert.match(added, /source: \{outcome: o1, rollout: r-1, version: \w+, score: 0\.1, failed: \[actions\]/)
  assert.doesNotMatch(added + pull?.body, /Ann|secret answer|all is well/)
  const { body = '' } = pull ?? {}
  assert.match(
    body,
    /`3\.1` of `summary` was rolled back, .* by ann\. Everybody gets `3\.0` again, but `main` still has `3\.1`/,
  )
  assert.match(body, /golden cases to `apps\/mail\/evals\/summary\.yaml`/)
  assert.match(body, /\*\*Read them before you merge\*\*.*\n\n- `summary-[\w-]+-1`/s)
  assert.match(body, /\[The page about it\]\(https:\/\/s\.example\/rollouts\/r-1\)/)
  assert.match(body, /# summary: .* rolled back\n.*Rollout `r-1`: .*, `rollout\.rollBack` \|/s)
  assert.doesNotMatch(body, /@acme| #1\b/)
  // Told again, whatever was kept of it, it makes nothing anew.
  const name = 'github:acme/mail'
  const kept = await store.checkpoint(name)
  const state = { ...(kept?.state as object), seen: { summary: 0 }, doing: {} }
  await store.saveCheckpoint(name, kept?.cursor ?? 0, { cursor: 999, state })
  await using _ = following(store, scene.github, { revertPullRequest: true, incidentCases: true })
  await untilTold(store, undefined, 'summary')
  assert.deepEqual([repository.pulls.length, (await said(store)).length], [1, 1])
})

test('cases are added only where settings and feature want it; a crash after the branch loses no pull request', async () => {
  await using plain = await rolling()
  plain.github.trouble.push({ of: /^POST .*\/pulls$/, status: 502 })
  // A limit while files are read is no fault of the files.
  plain.github.trouble.push({ of: /^GET .*\/git\/blobs\//, status: 429, headers: { 'retry-after': '1' } })
  assert.match((await rolledBack(plain)).join('\n'), /^revert\.opened: [^\n]*$/)
  const notification = (await plain.store.audit('summary')).flatMap(
    (row) => rowNotification(row, { project: 'p', linkTo }) ?? [],
  )
  assert.deepEqual([notification.at(-1)?.event, notification.at(-1)?.rolloutId], ['revert', 'r-1'])
  const { repository } = plain
  assert.deepEqual(repository.filesOf('sluice/revert-summary-r-1'), { ...repository.filesOf('main'), [place]: good })
  assert.equal(repository.pulls.length, 1)
  assert.equal(plain.github.requests.filter((one) => one === 'POST /repos/acme/mail/git/refs').length, 1)
  await using off = await rolling({ live: { store: false } })
  await rolledBack(off, { incidentCases: true })
  assert.equal(off.repository.filesOf('sluice/revert-summary-r-1')[suitePlace], suite)
  // Whoever may publish could say so; nobody has reviewed that.
  await using said = await rolling({ prompts: [promptOf('Summarise everything.', ''), promptOf('Be brief.', '')] })
  await rolledBack(said, { incidentCases: true })
  assert.equal(said.repository.filesOf('sluice/revert-summary-r-1')[suitePlace], suite)
  assert.match(
    off.repository.pulls[0]?.body ?? '',
    /live\.store of the prompt is off\. By hand:\n\n```sh\nsluice case add summary --from rollout:r-1\n/,
  )
})

const withoutModel = (text: string) => text.replace(/^model: .*\n/m, '')
const config = (model: string) => ({ [`${folder}sluice.yaml`]: `model: anthropic:${model}\n` })

const refusals: [name: string, situation: Situation, then: (scene: Scene) => void, why: RegExp][] = [
  [
    'the file has changed since',
    {},
    ({ repository }) => repository.commit(files(`${bad}# tuned\n`)),
    /summary\.prompt\.yml has changed in the default branch since\. By hand: git checkout [0-9a-f]{40} -- apps\/mail\/prompts\/summary\.prompt\.yml$/,
  ],
  [
    'it is reverted already',
    {},
    ({ repository }) => repository.commit(files(good)),
    /the default branch has the good version already/,
  ],
  [
    'what else the version is made of has changed',
    {
      prompts: [withoutModel(promptOf('Summarise everything.')), withoutModel(bad)],
      more: config('claude-haiku-4-5-20251001'),
    },
    ({ repository }) => repository.commit({ ...files(withoutModel(bad)), ...config('claude-sonnet-4-5-20250929') }),
    /is not the version that was rolled back: what else it is made of has changed/,
  ],
  [
    'the file that was named is none of this version',
    { origins: () => ({ file: 'evals/notes.txt' }) },
    () => {},
    /evals\/notes\.txt of the default branch is not the version that was rolled back/,
  ],
  [
    'the good version comes from a commit outside of the branch',
    { origins: (repository, label) => (label === '3.0' ? { commit: repository.commit(files(good), 'fork') } : {}) },
    () => {},
    /the commit of 3\.0 is not in the history of main/,
  ],
  [
    'the commit of the good version has another one',
    {
      origins: (repository, label) => (label === '3.0' ? { commit: repository.commit(files(promptOf('Else.'))) } : {}),
    },
    () => {},
    /summary\.prompt\.yml as it was would not be the good version/,
  ],
  [
    'GitHub does not know the commit',
    { origins: (_, label) => (label === '3.1' ? { commit: '0'.repeat(40) } : {}) },
    () => {},
    /GitHub says GET \/repos\/acme\/mail\/git\/trees\/0{40}: 404/,
  ],
  [
    'the good version comes from another repository',
    { origins: (_, label) => (label === '3.0' ? { repository: 'acme/other' } : {}) },
    () => {},
    /3\.0 was not published from a commit of acme\/mail/,
  ],
  [
    "somebody else's branch has the name",
    {},
    ({ repository }) => repository.commit(files('x'), 'sluice/revert-summary-r-1'),
    /somebody else's branch is called sluice\/revert-summary-r-1/,
  ],
  [
    'the token may not write',
    {},
    ({ repository }) => Object.assign(repository.may, { contents: false }),
    /GitHub says POST \/repos\/acme\/mail\/git\/trees: 403/,
  ],
]

for (const [name, situation, then, why] of refusals) {
  test(`no pull request where ${name}`, async () => {
    await using scene = await rolling(situation)
    then(scene)
    const told = await rolledBack(scene)
    assert.equal(told.length, 1)
    assert.match(told[0] ?? '', /^revert\.refused: No pull request takes the default branch back: /)
    assert.match(told[0] ?? '', why)
    assert.deepEqual(scene.repository.pulls, [])
  })
}

test('an active version that is taken back is reverted too; without the setting nothing is', async () => {
  await using scene = await rolling()
  const { store, github, repository, canary } = scene
  const apply = (event: Parameters<typeof applyEvent>[2]) => applyEvent(store, 'summary', event, by, byHand)
  await apply({ type: 'promote', reason: 'Good.' })
  await using _ = following(store, github, { revertPullRequest: true })
  await untilKnown(store)
  await apply({ type: 'rollBack', from: canary, reason: 'dates are wrong' })
  await until(() => repository.pulls.length === 1, 'the pull request')
  assert.match(repository.pulls[0]?.head ?? '', /^sluice\/revert-summary-row-[0-9a-f]{12}$/)
  await using other = await rolling()
  await using __ = following(other.store, other.github)
  await untilKnown(other.store)
  await other.rollBack()
  await untilTold(other.store, undefined, 'summary')
  assert.deepEqual([other.repository.pulls, await said(other.store)], [[], []])
})
