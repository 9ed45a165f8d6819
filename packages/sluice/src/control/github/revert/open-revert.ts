import { type GithubApi, GithubError } from '../../../core/github/github-api.ts'
import { githubFiles } from '../../../core/github/github-files.ts'
import { type GithubRepository, githubRepository, type NewEntry } from '../../../core/github/repository.ts'
import type { GithubSettings } from '../../../core/suite/config/server-settings.ts'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import type { VersionOrigin, VersionRecord } from '../../../records/version.ts'
import { type EndedRollout, postMortemOf } from '../../incident/post-mortem.ts'
import { renderPostMortem } from '../../incident/post-mortem-page.ts'
import { announce } from '../../notify/announce.ts'
import type { ReleaseRow } from '../../release/release-row.ts'
import { rolloutState, sharePpm } from '../../release/rollout-state.ts'
import { readAssessment } from '../../rollout/controller/rollout-checkpoint.ts'
import type { Store } from '../../store/store.ts'
import { isForbidden } from '../evidence-check.ts'
import { type PlannedRevert, planRevert } from './plan-revert.ts'
import { type CaseRedactors, type RevertCases, revertCases } from './revert-cases.ts'
import { revertBody, revertByHand, revertTitle, revertTrailer, type TakenBackVersion } from './revert-text.ts'

/** A version that was taken back, and the one that everybody gets instead. */
export interface RevertSubject {
  row: ReleaseRow
  from: VersionRecord | undefined
  to: VersionRecord | undefined
  /** Null where an active version was taken back, and no canary. */
  rolloutId: string | null
}

export interface RevertContext {
  store: Store
  api: GithubApi
  settings: GithubSettings
  linkTo: (feature: string, rolloutId: string | null) => string | undefined
  redactors: CaseRedactors
  /** ms since the epoch */
  now: () => number
}

const mostCases = 5
/** So many of the newest rows of the log are looked through for those of the rollout. */
const rowsSearched = 2000

/**
 * Opens one pull request that gives the default branch the good version's file again, or says on the feature's record
 * why there is none. Nothing that is there already is changed: neither a branch nor a pull request.
 * @throws GithubError where GitHub takes nothing now
 */
export async function openRevert(subject: RevertSubject, context: RevertContext): Promise<void> {
  const { row, rolloutId } = subject
  const { store, now } = context
  const { chain: feature, hash } = row.row
  const log = (action: string, reason: string) =>
    announce(store, { feature, rolloutId, action, key: hash, reason, evidence: null, at: now() })
  try {
    const url = await propose(subject, context)
    await log('revert.opened', `A pull request takes the default branch back as well: ${url}`)
  } catch (error) {
    const why = error instanceof NoRevert ? error.message : refusalWords(error)
    await log('revert.refused', `No pull request takes the default branch back: ${why}.${byHand(subject)}`)
  }
}

/** Why there is no pull request. */
class NoRevert extends Error {
  override readonly name = 'NoRevert'
}

/** What GitHub refuses for good, or the token may not. @throws anything else */
function refusalWords(error: unknown): string {
  if (isForbidden(error) || (error instanceof GithubError && [409, 422].includes(error.status ?? 0)))
    return `GitHub says ${(error as GithubError).message}`
  throw error
}

function byHand({ to }: RevertSubject): string {
  if (!to?.origin) return ''
  const { commit, project, file } = to.origin
  return ` By hand: ${revertByHand({ commit, file: project + file })}`
}

async function propose(subject: RevertSubject, context: RevertContext): Promise<string> {
  const { row, rolloutId } = subject
  const { settings, api, linkTo } = context
  const { chain: feature, hash, at, actor, reason } = row.row
  const { from, to } = withOrigins(subject, settings.repository)
  const repository = githubRepository(api, settings.repository)
  const name = `sluice/revert-${feature.replaceAll(/[^\w-]+/g, '-')}-${rolloutId ?? `row-${hash.slice(0, 12)}`}`
  const [opened] = await repository.pullsOf(name)
  if (opened) return opened.url
  const branch = await repository.defaultBranch()
  const { commit } = to.origin
  const taken: TakenBackVersion = {
    ...{ feature, rolloutId, by: actor, at, reason, branch, commit, file: to.origin.project + to.origin.file },
    ...{ from: calledOf(from), to: calledOf(to), link: linkTo(feature, rolloutId) },
  }
  const title = revertTitle(taken)
  const cases = await makeBranch({ name, branch, title }, { from, to, rolloutId }, repository, context)
  const body = revertBody(taken, cases, await postMortem(feature, rolloutId, context))
  return (await repository.openPull({ title, body, head: name, base: branch })).url
}

type WithOrigin = VersionRecord & { origin: VersionOrigin }

function withOrigins({ from, to }: RevertSubject, repository: string): { from: WithOrigin; to: WithOrigin } {
  const known = (version: VersionRecord | undefined): WithOrigin => {
    const { origin } = version ?? {}
    const isHere = origin && (origin.repository ?? repository).toLowerCase() === repository.toLowerCase()
    if (version && isHere) return { ...version, origin }
    throw new NoRevert(`${version ? calledOf(version) : 'a version'} was not published from a commit of ${repository}`)
  }
  const both = { from: known(from), to: known(to) }
  const [here, there] = [both.from, both.to].map(({ origin }) => origin.project + origin.file)
  if (here !== there) throw new NoRevert(`the prompt was ${there}, and is ${here}`)
  return both
}

const calledOf = ({ id, content }: VersionRecord) => content.label ?? id

/** Makes the commit and its branch. A branch of this name that is there already is used if this program made it. */
async function makeBranch(
  { name, branch, title }: { name: string; branch: string; title: string },
  { from, to, rolloutId }: { from: WithOrigin; to: WithOrigin; rolloutId: string | null },
  repository: GithubRepository,
  context: RevertContext,
): Promise<RevertCases | 'committed' | null> {
  const trailer = revertTrailer(name)
  const there = await repository.headOf(name)
  if (there !== undefined) {
    const { message } = await repository.commit(there)
    if (message.trimEnd().endsWith(trailer)) return 'committed'
    throw new NoRevert(`somebody else's branch is called ${name}`)
  }
  const head = await repository.headOf(branch)
  if (head === undefined) throw new NoRevert(`there is no branch ${branch}`)
  const { project: folder, file, commit } = to.origin
  if (!(await repository.isBefore(commit, head)))
    throw new NoRevert(`the commit of ${calledOf(to)} is not in the history of ${branch}`)
  const filesOf = (at: string) => githubFiles(repository, { commit: at, folder })
  const places = { head: filesOf(head), atCanary: filesOf(from.origin.commit), atIncumbent: filesOf(commit), file }
  const plan = await planRevert(places, { canary: from, incumbent: to })
  if (typeof plan === 'string') throw new NoRevert(plan)
  const cases = await casesOf(from, rolloutId, plan, context)
  const entries: NewEntry[] = [{ path: places.head.inRepository(file), ...plan.entry }]
  let proposed = cases
  if (cases && 'text' in cases) {
    const { suite, text } = cases
    const path = places.head.inRepository(suite)
    entries.push({ path, mode: (await places.head.entry(suite))?.mode ?? '100644', content: text })
    proposed = { ...cases, suite: path }
  }
  const made = await repository.makeCommit({ parent: head, entries, message: `${title}\n\n${trailer}` })
  await repository.makeBranch(name, made)
  return proposed
}

/** Null where the settings, or the feature's own, want none. */
async function casesOf(
  version: VersionRecord,
  rolloutId: string | null,
  plan: PlannedRevert,
  { store, settings, redactors }: RevertContext,
): Promise<RevertCases | null> {
  const { feature, id } = version
  if (!settings.incidentCases || rolloutId === null) return null
  // What is published takes effect at once: the file in the repository is what somebody has reviewed.
  const isAllowed = (await store.feature(feature))?.live?.store && plan.prompt.live.store
  if (!isAllowed) return { none: 'live.store of the prompt is off' }
  const worst = await store.worstContent({ feature, rolloutId, version: id, limit: mostCases })
  return revertCases(worst, plan, { version, redactors })
}

/** Without what users and models wrote. Null of what was no rollout. */
async function postMortem(
  feature: string,
  rolloutId: string | null,
  { store, linkTo }: RevertContext,
): Promise<string | null> {
  const state = await store.feature(feature)
  const rollout = [state?.rollout, ...(state?.pastRollouts ?? [])].find((one) => one?.id === rolloutId)
  if (!rollout) return null
  const head = await store.auditHead(feature)
  const records = {
    contents: async () => [],
    auditRows: () => store.audit(feature, { after: Math.max(0, (head?.seq ?? 0) - rowsSearched) }),
    feature: async () => ({ versions: (await store.versions(feature)).map(gatedVersion) }),
  }
  const ended = endedRollout(rollout, await readAssessment(store, rollout.id))
  const link = linkTo(feature, rollout.id) ?? null
  const found = await postMortemOf(ended, records, { cases: null, goodFrom: 0, link })
  return renderPostMortem({ ...found, worst: null })
}

function gatedVersion({ id, content, report }: VersionRecord) {
  return { id, label: content.label ?? null, report }
}

function endedRollout(rollout: Rollout, assessment: unknown): EndedRollout {
  return { ...rollout, state: rolloutState(rollout), ppm: sharePpm(rollout), assessment }
}
