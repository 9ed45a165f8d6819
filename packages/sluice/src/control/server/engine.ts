import { type Clock, elapsedSince, type Moment, momentOf } from '@sluice/client'
import type { Channel } from '../../core/notify/channel.ts'
import type { DeliverOptions } from '../../core/notify/deliver.ts'
import type { Environments } from '../../core/suite/config/environments.ts'
import { errorMessage } from '../../errors.ts'
import type { AcceptedOutcome } from '../../records/outcome.ts'
import type { PastNight } from '../../records/past-night.ts'
import { startLapseWatch } from '../approval/lapse.ts'
import { startDriftWatch } from '../drift/drift-watch.ts'
import { readDrift } from '../drift/read-drift.ts'
import { followReleases, type GithubFollowerOptions } from '../github/follow-releases.ts'
import { githubLoop, githubStanding } from '../github/github-progress.ts'
import { inBackground } from '../live/background.ts'
import { createContentCapture } from '../live/content-capture.ts'
import { createDailyBudgets } from '../live/daily-budget.ts'
import type { JudgingContext } from '../live/judge-task.ts'
import { startJudgeWorker } from '../live/judge-worker.ts'
import type { Redact, RedactTexts } from '../live/redact.ts'
import { createFaultRegister, type FaultRegister } from '../loops/loop-faults.ts'
import { startRetention } from '../loops/retention.ts'
import { type SharedFaults, shareFaults } from '../loops/shared-faults.ts'
import type { WorkLoop } from '../loops/work-loop.ts'
import { startNotifier } from '../notify/notifier.ts'
import { rowNotification } from '../notify/row-notification.ts'
import { startController } from '../rollout/controller/controller.ts'
import { type Assessed, readAssessed, readAssessment, seriesOf } from '../rollout/controller/rollout-checkpoint.ts'
import { eValueEngine } from '../rollout/decision-engine.ts'
import type { Store } from '../store/store.ts'
import type { EngineState } from './engine-state.ts'
import type { Log } from './log.ts'
import { armGauges, leaderGauges } from './metrics/engine-gauges.ts'
import type { Metrics } from './metrics/metrics.ts'
import { rowContext } from './row-context.ts'

export interface EngineOptions {
  store: Store
  clock: Clock
  /** [0, 1) */
  random: () => number
  /** How often they look at the least, in ms, where not as usual: whoever simulates weeks looks rarely. */
  everyMs?: { control?: number; drift?: number; retention?: number }
  log: Log
  metrics: Metrics
  /** In order; none by default. */
  environments?: Environments
  /** How long log entries are kept, in ms. */
  keepLogMs: number
  judge: Pick<JudgingContext, 'clientOf' | 'modes' | 'unaskable'>
  redactorOf: (file?: string) => Promise<Redact>
  redactTextsOf: (file?: string) => Promise<RedactTexts>
  /** The latest nights of a feature, at most `limit`, oldest first. */
  nightsOf: (feature: string, limit: number) => readonly PastNight[]
  /** Absent: GitHub is told nothing. */
  github?: Pick<GithubFollowerOptions, 'settings' | 'api' | 'linkTo'>
  notify: {
    channels: readonly Channel[]
    /** Name of the project, e.g. `acme/mail`. */
    project: string
    linkTo: (feature: string, id: string | null) => string | undefined
    deliver: Omit<DeliverOptions, 'deadline' | 'clock'>
  }
}

/** What a control plane does by itself, in addition to answering requests. */
export interface Engine {
  /** Captures the contents of accepted outcomes in the background. */
  captureContents(accepted: readonly AcceptedOutcome[]): Promise<void>
  engineState: EngineState
  /** Ends the work that is under way; nothing is lost. */
  close(): Promise<void>
}

/** How many requests are judged at a time. */
const judged = 64
/** How many batches may wait for their contents to be captured. */
const batchesWaiting = 100

/** The leader assesses every second: what is older was made by a process that leads no more. */
const latestMs = 3000
const mostLatest = 10_000

export function startEngine(options: EngineOptions): Engine {
  const { store, clock, random, log, metrics, keepLogMs, redactorOf, redactTextsOf, nightsOf, everyMs } = options
  const stop = new AbortController()
  const faults = toldFaults(options)
  const countContents = (feature: string, fate: string, by: number) => {
    if (by > 0)
      metrics.count('live_contents_total', 'Inputs and outputs that clients sent along.', { feature, fate }, by)
  }
  const captureContents = createContentCapture({
    store,
    clock,
    random,
    redactorOf,
    redactTextsOf,
    count: countContents,
    onError: (error) => log('error', 'contents could not be captured', { error: errorMessage(error) }),
  })
  const background = inBackground(captureContents, batchesWaiting)
  leaderGauges(store, metrics)
  metrics.gauge('judge_queue', 'Requests that wait to be judged.', async () => [{ value: await store.queued() }])
  const gauge = armGauges(metrics, clock)
  const latest = new Map<string, { assessed: Assessed; since: Moment }>()
  const lately = (rolloutId: string) => {
    const found = latest.get(rolloutId)
    return found && elapsedSince(clock, found.since) < latestMs ? found.assessed : undefined
  }
  const shared = startSharing(options, faults)
  const loops: WorkLoop[] = [
    startController({
      store,
      clock,
      engine: eValueEngine,
      faults: faults.of('controller'),
      everyMs: everyMs?.control,
      onAssessed(assessed) {
        gauge(assessed)
        if (latest.size >= mostLatest) latest.clear()
        latest.set(assessed.rollout.id, { assessed, since: momentOf(clock) })
      },
    }),
    startJudgeWorker({
      store,
      clock,
      random,
      budgetOf: createDailyBudgets(store),
      ...options.judge,
      signal: stop.signal,
      concurrency: judged,
      count: (feature, fate) => metrics.count('judge_tasks_total', 'Requests given to the judge.', { feature, fate }),
      faults: faults.of('judging'),
    }),
    startDriftWatch({
      ...{ store, clock, nightOf: (feature) => nightsOf(feature, 1)[0] },
      faults: faults.of('drift watch'),
      everyMs: everyMs?.drift,
    }),
    startRetention({ ...{ store, clock, keepLogMs }, faults: faults.of('retention'), everyMs: everyMs?.retention }),
    startLapseWatch({ store, clock, environments: options.environments ?? [], faults: faults.of('approvals') }),
    ...startNotifiers(options, faults),
    ...startGithub(options, faults),
    ...(shared ? [shared] : []),
  ]
  return {
    async captureContents(accepted) {
      if (!background.offer(accepted))
        log('warn', 'contents arrive faster than they can be captured: some are left out')
    },
    engineState: {
      assessment: (rolloutId) => readAssessment(store, rolloutId),
      lately: (rolloutId) => lately(rolloutId)?.assessment,
      async recorded(rolloutId) {
        const assessed = lately(rolloutId) ?? (await readAssessed(store, rolloutId))
        return assessed && { at: assessed.at, series: seriesOf(assessed) }
      },
      ...{ drift: (feature: string) => readDrift(store, feature), nights: nightsOf },
      github: async () => (options.github ? githubStanding(store, options.github.settings) : null),
      channels: () => options.notify.channels.map(({ id }) => id),
      faults: () => [...faults.current(), ...(shared?.others() ?? [])],
    },
    async close() {
      stop.abort()
      await background.drained()
      await Promise.all(loops.map((loop) => loop.close()))
    },
  }
}

/** What fails in the loops, logged and counted. */
function toldFaults({ clock, log, metrics }: EngineOptions): FaultRegister {
  const faults = createFaultRegister({
    clock,
    onError: ({ loop, feature, code }, error, waitMs) =>
      log('error', `${loop} failed${waitMs > 0 ? ' and is tried again' : ''}`, {
        ...(feature !== null && { feature }),
        ...{ code, error: errorMessage(error), waitMs },
      }),
    onRecovered: ({ loop, feature }) => log('info', `${loop} works again`, { ...(feature !== null && { feature }) }),
  })
  metrics.gauge('loop_failures', 'Consecutive failures of a loop, by feature; none while it works.', () =>
    faults.current().map(({ loop, feature, code, failures }) => ({
      labels: { loop, feature: feature ?? '', code },
      value: failures,
    })),
  )
  return faults
}

/** Where others may work on the same store, each tells what fails on it. */
function startSharing({ store, clock, random }: EngineOptions, faults: FaultRegister): SharedFaults | null {
  if (!store.isShared) return null
  const replica = `${Math.floor(random() * 2 ** 48)}`
  return shareFaults({ store, clock, replica, register: faults, faults: faults.of('telling other replicas') })
}

function startNotifiers(
  { store, clock, metrics, environments = [], notify }: EngineOptions,
  faults: FaultRegister,
): WorkLoop[] {
  const { channels, project, linkTo, deliver } = notify
  return channels.map((channel) =>
    startNotifier({
      store,
      clock,
      channel,
      notificationOf: async (row) =>
        rowNotification(row, { project, environments, linkTo, context: await rowContext(store, row) }),
      deliver,
      faults: faults.of(`telling ${channel.id}`),
      count: (channelId, result) =>
        metrics.count('notifications_total', 'Messages to channels.', { channel: channelId, result }),
    }),
  )
}

function startGithub(options: EngineOptions, faults: FaultRegister): WorkLoop[] {
  const { github, environments = [], store, clock, log, metrics, redactorOf, redactTextsOf } = options
  if (!github) return []
  const why = 'GitHub is not told of it: the version was not published from a commit of that repository'
  return [
    followReleases({
      ...{ store, clock, environments, ...github, redactors: { redactorOf, redactTextsOf } },
      faults: faults.of(githubLoop),
      onNoCommit: (feature, version) => log('warn', why, { feature, version }),
      count: (what, result) => metrics.count('github_steps_total', 'What GitHub was told.', { what, result }),
    }),
  ]
}
