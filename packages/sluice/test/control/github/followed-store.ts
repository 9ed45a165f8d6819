import assert from 'node:assert/strict'
import { followReleases } from '../../../src/control/github/follow-releases.ts'
import { githubStanding, lateName, progressName } from '../../../src/control/github/github-progress.ts'
import type { Redact } from '../../../src/control/live/redact.ts'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { createGithubApi } from '../../../src/core/github/github-api.ts'
import type { GithubSettings } from '../../../src/core/suite/config/server-settings.ts'
import type { VersionRecord } from '../../../src/records/version.ts'
import { by, byHand, canary, handClock, incumbent, startRollout } from '../../support/controller/stage.ts'
import { type FakeGithub, fakeGithub } from '../../support/github/fake-github.ts'
import { type FakeRepository, fakeRepository } from '../../support/github/fake-repository.ts'
import { toldFaults } from '../../support/loop-faults.ts'
import { draft, version } from '../../support/store/store-samples.ts'
import { until } from '../../support/until.ts'

export const repository = 'acme/mail'

/** Publishes a version from a commit of the repository. */
export async function publishFrom(
  store: Store,
  {
    id,
    label,
    commit,
    feature = 'mail',
    more = {},
  }: {
    id: string
    label: string
    commit: string | null
    feature?: string
    more?: Partial<VersionRecord>
  },
): Promise<void> {
  const plain = version(feature, id)
  const origin = { repository: 'Acme/Mail', project: '', file: `prompts/${feature}.prompt.yml` }
  const record = {
    ...plain,
    content: { ...plain.content, label },
    ...(commit !== null && { origin: { ...origin, commit } }),
    ...more,
  }
  await store.commit({ version: record, audit: draft(feature, { action: 'version.publish', after: null }) })
}

/** A store whose feature `mail` has an incumbent 3.0 and a version 3.1 from these commits, of which nothing is released. */
export async function publishedStore(commits: { incumbent: string | null; canary: string | null }): Promise<Store> {
  const store = memoryStore()
  await publishFrom(store, { id: incumbent, label: '3.0', commit: commits.incumbent })
  await publishFrom(store, { id: canary, label: '3.1', commit: commits.canary })
  return store
}

export const activate = (store: Store, id = incumbent) =>
  applyEvent(store, 'mail', { type: 'activate', version: id, reason: 'it passed' }, by, byHand)

export const start = (store: Store, rolloutId = 'r-1', supersede = false) =>
  startRollout(store, 'mail', rolloutId, {}, supersede)

/** As a redactor of a project: names go. */
const redact: Redact = async ({ input, output }) => ({
  input: Object.fromEntries(
    Object.entries(input).map(([key, text]) => [key, String(text).replaceAll('Ann', '[name]')]),
  ),
  output,
})

/** Follows the releases of a store as a replica does, until it is closed. */
export function following(
  store: Store,
  github: FakeGithub,
  settings: Partial<GithubSettings> = {},
  clock = handClock(),
  environments: string[] = [],
) {
  const errors: string[] = []
  const counted: string[] = []
  const withoutCommit: string[] = []
  const { url } = github
  const loop = followReleases({
    store,
    clock,
    environments,
    settings: { repository, tokenEnv: 'TOKEN', ...settings },
    api: createGithubApi({
      ...{ url, token: 't', longestWaitMs: 0 },
      ...{ sleep: async () => {}, random: () => 0, now: () => clock.now() },
    }),
    linkTo: (feature, id) => `https://s.example/${id === null ? `features/${feature}` : `rollouts/${id}`}`,
    faults: toldFaults(clock, (error) => errors.push(String(error))),
    redactors: {
      redactorOf: async (file) => (file === 'lib/redact.ts' ? redact : assert.fail(`${file} is not the redactor`)),
      redactTextsOf: async () => async (texts) => [...texts],
    },
    onNoCommit: (feature, id) => withoutCommit.push(`${feature} ${id}`),
    count: (what, end) => counted.push(`${what} ${end}`),
  })
  return { clock, errors, counted, withoutCommit, close: () => loop.close(), [Symbol.asyncDispose]: () => loop.close() }
}

/** Waits until the repository is known: from then on it is told. */
export const untilKnown = (store: Store) =>
  until(async () => (await store.checkpoint(progressName(repository))) !== undefined, 'the start')

/** Waits until GitHub was told of everything that has happened. */
export async function untilTold(store: Store, clock?: { at: number }, feature = 'mail'): Promise<void> {
  await until(async () => {
    // Waits after failures pass as well.
    if (clock) clock.at += 1000
    const state = (await store.checkpoint(progressName(repository)))?.state as { seen: Record<string, number> }
    return state.seen[feature] === (await store.auditHead(feature))?.seq
  }, 'GitHub to be told')
}

export interface World extends AsyncDisposable {
  repository: FakeRepository
  github: FakeGithub
  store: Store
}

/** A repository with a commit for each of two versions, and a store with both. */
export async function world(commits: { incumbent?: string; canary?: string } = {}): Promise<World> {
  const fake = fakeRepository()
  const made = { incumbent: fake.commit({ a: '1' }), canary: fake.commit({ a: '2' }), ...commits }
  const github = await fakeGithub({ repository: fake })
  const store = await publishedStore(made)
  return { repository: fake, github, store, [Symbol.asyncDispose]: () => github[Symbol.asyncDispose]() }
}

/** Of each deployment what it stands for, and the states that it went through. */
export const happened = ({ deployments }: FakeRepository) =>
  deployments.map(({ payload, statuses }) => {
    const { sluice, version } = payload
    const subject = sluice.startsWith('release ') ? `release of ${version === canary ? '3.1' : '3.0'}` : sluice
    return `${subject}: ${statuses.map(({ state }) => state).join(' ')}`
  })

/** What is stored of how things stand with GitHub. */
export const linkOf = async (store: Store) => (await githubStanding(store, { repository })).link

/** What is stored of the checks that GitHub did not take. */
export async function lateOf(store: Store): Promise<object[]> {
  const state = (await store.checkpoint(lateName(repository)))?.state as { late: object[] } | undefined
  return state?.late ?? []
}
