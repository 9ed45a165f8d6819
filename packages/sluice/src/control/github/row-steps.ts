import { type GithubApi, GithubError } from '../../core/github/github-api.ts'
import { type Environments, environmentName, partsOf, plainFeature } from '../../core/suite/config/environments.ts'
import type { GithubSettings } from '../../core/suite/config/server-settings.ts'
import type { FeatureState } from '../../records/feature.ts'
import type { Rollout } from '../../records/rollout/rollout.ts'
import type { VersionRecord } from '../../records/version.ts'
import { type ReleaseRow, takenBackBy } from '../release/release-row.ts'
import { readAssessment } from '../rollout/controller/rollout-checkpoint.ts'
import type { Store } from '../store/store.ts'
import { unlessDamaged } from '../store/store-error.ts'
import { releaseCheck, rolloutCheck } from './check-text.ts'
import { type DeploymentStep, deploymentSteps } from './deployment-steps.ts'
import { type FeatureDeployments, featureDeployments } from './deployments.ts'
import { type CheckWay, type EvidenceCheck, isForbidden, type Make, putCheck } from './evidence-check.ts'
import type { RefusedChecks } from './refused-checks.ts'
import { openRevert } from './revert/open-revert.ts'
import type { CaseRedactors } from './revert/revert-cases.ts'

/** Where releases are told. */
export interface GithubTarget {
  api: GithubApi
  settings: GithubSettings
  /** In order; empty: there are none. */
  environments: Environments
  /** The page of a rollout, or of a feature; undefined without a public address. */
  linkTo: (feature: string, rolloutId: string | null) => string | undefined
  /** They redact what becomes a golden case. */
  redactors: CaseRedactors
  /** ms since the epoch */
  now: () => number
  /** What the token may do, as far as this process has tried. */
  may: { check?: CheckWay | null }
  refused: RefusedChecks
  /** Told of the first refusal in a row of checks of a commit. */
  onRefused: (check: EvidenceCheck, error: GithubError, waitMs: number) => void
  make: Make
  /** What tells this store from others. */
  mark: string
}

/**
 * What became of a step. `noCommit`: the version is in no commit of the repository that is known here. `later`: GitHub
 * takes nothing of the commit at present.
 */
export type StepEnd = 'done' | 'noCommit' | 'unknown' | 'off' | 'later'

/** Last of all the pull request. */
type RowStep = DeploymentStep | { do: 'revert'; version: string; to: string; rolloutId: string | null }

type CheckStep = DeploymentStep & { do: 'check' }

/** A row, ready to be told step by step. */
export interface RowSteps {
  steps: RowStep[]
  /** What the row says of a commit now; undefined: nothing. */
  checkOf(commit: string): Promise<EvidenceCheck | undefined>
  /** Doing a step again does nothing. @throws GithubError */
  run(step: RowStep): Promise<StepEnd>
}

/** Reads what belongs to a row, and says what GitHub is to be told of it. */
export async function rowSteps(store: Store, row: ReleaseRow, place: GithubTarget): Promise<RowSteps> {
  const { chain: feature } = row.row
  const state = await store.feature(feature)
  const versions = await versionsOf(store, feature, row)
  const nameOf = (id: string) => versions.get(id)?.content.label ?? id
  const { settings, api, linkTo } = place
  const base = `/repos/${settings.repository}`
  const environment = deploymentEnvironment(feature, place)
  const page = linkTo(feature, null)
  const deployments = featureDeployments(api, { ...place, base, feature, environment, page })
  const commitOf = (id: string) => commitIn(settings.repository, versions.get(id))
  const told = deploymentSteps(row, { nameOf, settingsOf: (id) => settingsOf(state, id) })

  async function evidenceCheck(step: CheckStep, commit: string): Promise<EvidenceCheck> {
    const { id, version, rollout, rolloutId } = step
    const link = linkTo(feature, rolloutId)
    const assessment = rollout && (await readAssessment(store, rollout.id))
    const settings = rollout ? settingsOf(state, rollout.id) : undefined
    const context = { nameOf, assessment, settings, gate: versions.get(version)?.report ?? null, link }
    const text = rollout ? rolloutCheck(rollout, row, context) : releaseCheck(row, context)
    return { feature, seq: row.row.seq, commit, id, link, ...text }
  }

  return {
    steps: [...told, ...(settings.revertPullRequest && partsOf(feature).environment === null ? revertSteps(row) : [])],
    async checkOf(commit) {
      const step = told.filter((one) => one.do === 'check').findLast(({ version }) => commitOf(version) === commit)
      return step && settings.check !== false ? evidenceCheck(step, commit) : undefined
    },
    async run(step) {
      const { version, rolloutId } = step
      const commit = commitOf(version)
      // What nobody can tell where it comes from is said; what comes from another repository is none of ours.
      if (step.do === 'revert' && (commit !== undefined || !versions.get(version)?.origin)) {
        const subject = { row, rolloutId, from: versions.get(version), to: versions.get(step.to) }
        await openRevert(subject, { store, ...place })
        return 'done'
      }
      if (commit === undefined || step.do === 'revert') return 'noCommit'
      if (step.do === 'state') return setState(deployments, step, linkTo(feature, rolloutId))
      if (step.do === 'deploy') {
        await deployments.ensure({ commit, ...step })
        return 'done'
      }
      return settings.check === false ? 'off' : sendCheck(await evidenceCheck(step, commit), place)
    },
  }
}

/**
 * What the deployments' environment is called on GitHub. The setting is for the last one, where it was alone; if it
 * does not name them, others are called as they are here.
 */
function deploymentEnvironment(key: string, place: Pick<GithubTarget, 'settings' | 'environments'>): string {
  return environmentPattern(key, place).replaceAll('{feature}', plainFeature(key))
}

function environmentPattern(
  key: string,
  { settings, environments }: Pick<GithubTarget, 'settings' | 'environments'>,
): string {
  const name = environmentName(key, environments)
  const isLast = partsOf(key).environment === null
  const { environment: given } = settings
  const pattern = given !== undefined && (isLast || given.includes('{environment}')) ? given : (name ?? 'production')
  return pattern.replaceAll('{environment}', name ?? 'production')
}

function revertSteps(row: ReleaseRow): RowStep[] {
  const taken = takenBackBy(row.row)
  if (!taken) return []
  const { from, to, isCanary } = taken
  return [{ do: 'revert', version: from, to, rolloutId: isCanary ? (row.after.rollout?.id ?? null) : null }]
}

async function setState(
  deployments: FeatureDeployments,
  { key, version, state, words }: DeploymentStep & { do: 'state' },
  link: string | undefined,
): Promise<StepEnd> {
  const found = await deployments.find((one) =>
    key === null ? one.version === version && one.key.startsWith('release ') : one.key === key,
  )
  if (!found) return 'unknown'
  await deployments.setState(found, { state, words, link })
  return 'done'
}

/**
 * Says a check of a commit, or keeps it for later. A token that may make deployments alone is of use, and one commit
 * that GitHub does not know is no reason to leave out others.
 * @throws GithubError where GitHub takes nothing now
 */
export async function sendCheck(check: EvidenceCheck, target: GithubTarget): Promise<StepEnd> {
  const { api, settings, may, refused, make } = target
  const whose = refused.refused(check.commit)
  if (whose !== null) {
    refused.keep(check)
    return whose === 'token' ? 'off' : 'later'
  }
  const place = { api, base: `/repos/${settings.repository}`, name: checkName(check.feature, target), make }
  try {
    const { way, isUsual } = await putCheck(place, check, may.check ?? undefined)
    if (isUsual) may.check = way
    refused.accept(check)
    return 'done'
  } catch (error) {
    if (isRowRefusal(error)) refused.accept(check)
    if (!isForbidden(error)) throw error
    const isCommit = error.status === 404
    if (!isCommit) may.check = null
    const { isFirst, waitMs } = refused.refuse(check, isCommit ? 'commit' : 'token')
    if (isCommit && isFirst) target.onRefused(check, error, waitMs)
    return isCommit ? 'later' : 'off'
  }
}

/** Where two control planes tell one repository, each tells another environment, or has a name. */
function checkName(key: string, { settings, environments }: Pick<GithubTarget, 'settings' | 'environments'>): string {
  const { name: given } = settings
  const name =
    given === undefined
      ? environmentPattern(key, { settings, environments }).replaceAll('{feature}', '')
      : `${given} ${environmentName(key, environments) ?? ''}`
  return name.replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
}

async function versionsOf(store: Pick<Store, 'version'>, feature: string, { before, after }: ReleaseRow) {
  const ids = [before, after].flatMap(({ active, rollout }) => [active, rollout?.canary, rollout?.incumbent])
  const known = [...new Set(ids.filter((id) => typeof id === 'string'))]
  const found = await Promise.all(known.map((id) => unlessDamaged(() => store.version(feature, id))))
  return new Map(found.flatMap((version) => (version ? [[version.id, version]] : [])))
}

function settingsOf(state: FeatureState | undefined, rolloutId: string): Rollout['settings'] | undefined {
  const rollouts = [state?.rollout, ...(state?.pastRollouts ?? [])]
  return rollouts.find((one) => one?.id === rolloutId)?.settings
}

/** The commit of a version; undefined where it has none, or is in another repository. */
function commitIn(repository: string, version: VersionRecord | undefined): string | undefined {
  const { origin } = version ?? {}
  const isHere = origin && (origin.repository ?? repository).toLowerCase() === repository.toLowerCase()
  return isHere ? origin.commit : undefined
}

/** Why GitHub does not take one thing, where it takes others. @throws whatever concerns everything */
export function rowRefusal(error: unknown): string {
  if (isRowRefusal(error)) return error.message
  throw error
}

function isRowRefusal(error: unknown): error is GithubError {
  return error instanceof GithubError && error.limitMs === undefined && [409, 410, 422].includes(error.status ?? 0)
}
