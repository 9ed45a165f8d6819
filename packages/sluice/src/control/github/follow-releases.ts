import { createHmac } from 'node:crypto'
import { type Clock, elapsedSince, type Moment, momentOf } from '@sluice/client'
import { z } from 'zod'
import { backoffMs, keptBackoff } from '../../backoff.ts'
import { GithubError } from '../../core/github/github-api.ts'
import { plainFeature } from '../../core/suite/config/environments.ts'
import type { GithubSettings } from '../../core/suite/config/server-settings.ts'
import { matchesWildcards } from '../../core/suite/models/wildcards.ts'
import { SluiceError } from '../../errors.ts'
import type { AuditRow } from '../../records/audit-row.ts'
import { dayMs, hourMs } from '../../time-units.ts'
import { startLeaderLoop } from '../loops/leader-loop.ts'
import type { LoopFaults } from '../loops/loop-faults.ts'
import type { WorkLoop } from '../loops/work-loop.ts'
import { releaseRow } from '../release/release-row.ts'
import { lastAuditRows } from '../store/release-store.ts'
import type { Store } from '../store/store.ts'
import { type GithubLink, type GithubProgress, loadProgress, newProgress, progressName } from './github-progress.ts'
import { adoptLateChecks, sendLateChecks } from './late-checks.ts'
import { isUnderWay, makeOnce } from './make-once.ts'
import { createRefusedChecks, type RefusedChecks, staleMs } from './refused-checks.ts'
import { type GithubTarget, rowRefusal, rowSteps, type StepEnd } from './row-steps.ts'

/** GitHub must not wait by itself: that is left to this loop. */
export interface GithubFollowerOptions
  extends Pick<GithubTarget, 'api' | 'settings' | 'environments' | 'linkTo' | 'redactors'> {
  store: Store
  clock: Clock
  faults: LoopFaults
  /** Told once of each version that is in no commit. */
  onNoCommit: (feature: string, version: string) => void
  count: (what: string, end: StepEnd | 'refused' | 'lost') => void
}

const everyMs = 30_000
const rowsAtATime = 100
/** A feature that was not told before is new, or the settings have added it: then no more of its past is told. */
const firstMs = dayMs
/** What somebody has to mend is tried again at this pace. */
const refusedMs = 300_000
/** GitHub's limits last an hour at most; who asks for more, or has another clock, would have it asked never again. */
const longestLimitMs = hourMs

/** What this process knows, which another replica begins without. */
interface Memory {
  /** The revision up to which all was told, by feature. */
  revisions: Map<string, number>
  withoutCommit: Set<string>
  may: GithubTarget['may']
  refused: RefusedChecks
  /** Null: nothing is waited for. */
  pause: { since: Moment; ms: number } | null
  failures: number
}

function newMemory(clock: Clock): Memory {
  return {
    ...{ revisions: new Map(), withoutCommit: new Set(), may: {}, pause: null, failures: 0 },
    refused: createRefusedChecks(clock),
  }
}

/**
 * Tells GitHub what happens to releases, by following the record of every feature. It stands beside the controller:
 * nothing of a release waits for GitHub. Each step is looked up before it is made, and what is being made is on record
 * before it is asked for: so after a crash, or by another replica, nothing is made twice. What happened before the
 * repository was first known is not told.
 */
export function followReleases(options: GithubFollowerOptions): WorkLoop {
  const { store, clock, settings, faults } = options
  let memory = newMemory(clock)
  return startLeaderLoop({
    store,
    name: progressName(settings.repository),
    clock,
    everyMs,
    wakers: [(wake) => store.onChange(wake)],
    ...faults,
    onFollowing() {
      // Another replica has told since, and what failed here is to be noted again where it fails then.
      memory = newMemory(clock)
      faults.onFollowing()
    },
    async work({ held }) {
      if (memory.pause && elapsedSince(clock, memory.pause.since) < memory.pause.ms) return false
      const states = (await store.features()).filter(({ feature }) => isMeant(settings, feature))
      const progress = await loadProgress(store, settings.repository)
      if (!progress) {
        const seen = await lastAuditRows(
          store,
          states.map(({ feature }) => feature),
        )
        await newProgress(store, settings.repository, Object.fromEntries(seen)).save()
        return true
      }
      if (isUnderWay(progress, { store, clock })) return false
      faults.keepOnly(states.map(({ feature }) => feature))
      const context = { ...options, held, memory }
      const target = targetOf(progress, context)
      // Nothing is kept of features that the settings leave out, so they would begin anew.
      for (const feature of progress.seen.keys()) if (!isMeant(settings, feature)) progress.seen.delete(feature)
      await adoptLateChecks(store, progress, { target, isMeant: (feature) => isMeant(settings, feature), staleMs })
      for (const { feature, revision } of states) {
        if (!held()) return false
        if (memory.revisions.get(feature) === revision) continue
        const sent = await faults.attempt(feature, () => sendFeature(feature, progress, context))
        if (sent === 'all') memory.revisions.set(feature, revision)
        if (sent === 'paused') return false
        if (sent === 'some') return true
      }
      await sendLate(progress, context)
      return false
    },
  })
}

/** Whether a feature is one that GitHub is told of. */
function isMeant({ features }: Pick<GithubSettings, 'features'>, feature: string): boolean {
  return features?.some((pattern) => matchesWildcards(pattern, plainFeature(feature))) ?? true
}

interface SendContext extends GithubFollowerOptions {
  held: () => boolean
  memory: Memory
}

/** Tells, row by row, what is new in a feature's record. `paused`: GitHub takes nothing now. */
async function sendFeature(
  feature: string,
  progress: GithubProgress,
  context: SendContext,
): Promise<'all' | 'some' | 'paused'> {
  const { store, clock, count } = context
  const before = progress.seen.get(feature)
  const rows = await store.audit(feature, { after: before ?? 0, limit: rowsAtATime })
  try {
    for (const row of rows) {
      const age = clock.now() - row.at
      const isPast = age > staleMs || (before === undefined && age > firstMs)
      if (isPast && before !== undefined) count('row', 'lost')
      const sent = isPast ? 'nothing' : await sendRow(row, progress, context)
      if (sent === 'part') return 'some'
      progress.seen.set(feature, row.seq)
      progress.doing.delete(feature)
      if (sent === 'all') await progress.save()
    }
  } catch (error) {
    await pauseAfter(error, progress, context)
    return 'paused'
  }
  if (progress.seen.get(feature) !== before) await progress.save()
  return rows.length === rowsAtATime ? 'some' : 'all'
}

/** `part`: another replica leads by now, and goes on. */
async function sendRow(
  row: AuditRow,
  progress: GithubProgress,
  context: SendContext,
): Promise<'nothing' | 'part' | 'all'> {
  const { store, faults, count, held } = context
  const release = releaseRow(row)
  if (!release) return 'nothing'
  const { steps, run } = await rowSteps(store, release, targetOf(progress, context))
  const { chain: feature, seq } = row
  let isRefused = false
  const started = progress.doing.get(feature)
  for (let done = started?.seq === seq ? started.done : 0; done < steps.length; done += 1) {
    const step = steps[done]
    if (!step) break
    if (!held()) return 'part'
    const end = await run(step).catch((error: unknown) => passedOver(feature, error, faults))
    count(step.do, end)
    progress.late = context.memory.refused.late()
    if (end === 'noCommit') noteNoCommit(feature, step.version, context)
    if (end === 'done') works(progress, context)
    // What waits is settled once GitHub takes it.
    if (end === 'later' || end === 'refused') isRefused = true
    progress.doing.set(feature, { seq, done: done + 1 })
    if (done + 1 < steps.length && end === 'done') await progress.save()
  }
  if (!isRefused) faults.settled(feature)
  return steps.length > 0 ? 'all' : 'nothing'
}

/** Where a row is told, by whoever leads now. */
function targetOf(progress: GithubProgress, context: SendContext): GithubTarget {
  const { store, clock, faults, memory, api, settings, environments, linkTo, redactors } = context
  return {
    ...{ api, settings, environments, linkTo, redactors, may: memory.may, refused: memory.refused },
    now: () => clock.now(),
    mark: createHmac('sha256', store.secret).update('sluice github 1').digest('hex').slice(0, 12),
    make: (request) => makeOnce(request, progress, context),
    onRefused({ feature, commit }, { message }, waitMs) {
      const what = `GitHub takes no check of the commit ${commit}, and is asked again later`
      faults.note(feature, new SluiceError('refused', `${what}: ${message}`), waitMs)
    },
  }
}

async function sendLate(progress: GithubProgress, context: SendContext): Promise<void> {
  const { held, count, faults } = context
  try {
    await sendLateChecks(progress, {
      ...{ target: targetOf(progress, context), held },
      passOver: (feature, error) => passedOver(feature, error, faults),
      onEnd(check, end) {
        count('check', end)
        if (end !== 'done') return
        works(progress, context)
        faults.settled(check.feature)
      },
    })
  } catch (error) {
    await pauseAfter(error, progress, context)
  }
}

/** Says what GitHub will never take. @throws whatever concerns everything */
function passedOver(feature: string, error: unknown, faults: LoopFaults): 'refused' {
  const why = rowRefusal(error)
  faults.note(feature, new SluiceError('refused', `GitHub did not get all messages about ${feature}: ${why}`), 0)
  return 'refused'
}

function noteNoCommit(feature: string, version: string, { memory, onNoCommit }: SendContext): void {
  const key = `${feature} ${version}`
  if (memory.withoutCommit.has(key)) return
  memory.withoutCommit.add(key)
  onNoCommit(feature, version)
}

function works(progress: GithubProgress, { memory, clock, faults }: SendContext): void {
  memory.failures = 0
  faults.settled(null)
  const { link } = progress
  const since = link?.state === 'works' ? link.since : clock.now()
  progress.link = { state: 'works', words: null, checkWay: wayOf(memory, link), since }
}

/** What this process has not tried yet, another one may have. */
function wayOf({ may: { check } }: Memory, link: GithubLink | null): GithubLink['checkWay'] {
  return check === undefined ? (link?.checkWay ?? null) : check
}

/** Waits as long as GitHub asks. This process says once what it is, also where another one has said so before. */
async function pauseAfter(error: unknown, progress: GithubProgress, context: SendContext): Promise<void> {
  const { clock, memory, faults } = context
  const { state, words, waitMs } = faultOf(error, memory.failures)
  const { link } = progress
  const isStored = link?.state === state && link.words === words
  if (!isStored || memory.failures === 0)
    faults.note(null, new SluiceError('cannot-run', `GitHub takes nothing now: ${words}`), waitMs)
  memory.failures += 1
  memory.pause = { since: momentOf(clock), ms: waitMs }
  if (isStored) return
  progress.link = { state, words, checkWay: wayOf(memory, link), since: clock.now() }
  await progress.save()
}

function faultOf(error: unknown, failures: number): Pick<GithubLink, 'state' | 'words'> & { waitMs: number } {
  const waitMs = backoffMs(keptBackoff, failures)
  if (error instanceof z.ZodError)
    return { state: 'refused', words: 'the answer is not what GitHub answers: check apiUrl', waitMs: refusedMs }
  if (!(error instanceof GithubError)) throw error
  const { message, status, limitMs } = error
  if (limitMs !== undefined)
    return { state: 'fails', words: `rate limit: ${message}`, waitMs: Math.min(limitMs, longestLimitMs) }
  if (status === 401 || status === 403 || status === 404)
    return { state: 'refused', words: `${message}; ${waysOut[status]}`, waitMs: refusedMs }
  return { state: 'fails', words: message, waitMs }
}

const waysOut = {
  401: 'the token is wrong or has expired: give the variable of tokenEnv another one, and start again',
  403: 'the token lacks a permission: see docs/github.md',
  404: 'there is no such repository, or the token may not see it: see docs/github.md',
}
