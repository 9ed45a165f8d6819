import type { ProjectDatabase } from '../../core/answers/project-database.ts'
import { createChannels } from '../../core/notify/create-channels.ts'
import { createIncidents } from '../../core/notify/incidents.ts'
import { projectName } from '../../core/notify/notification.ts'
import { notifyNight } from '../../core/notify/notify-night.ts'
import { createLeanFetch } from '../../core/providers/http/lean-fetch.ts'
import type { Config } from '../../core/suite/config/config.ts'
import type { Mask } from '../../masking/mask.ts'
import type { JudgedNight } from './judge-night.ts'

/** All notifications of a night together take no longer than this. */
const longestMs = 60_000

/** Tells the channels of the project about one feature's night; resolves to what the report should say about it. */
export type NotifyNight = (judged: JudgedNight, database: ProjectDatabase) => Promise<string[]>

const changes = new Set(['served-model', 'served-fingerprint', 'outputs-changed'])

/** @throws SluiceError `invalid-input` where a channel's environment variable is missing, before anything is asked */
export function createNotifyNight(
  { root, notify = [] }: Pick<Config, 'root' | 'notify'>,
  { env, mask }: { env: NodeJS.ProcessEnv; mask: Mask },
): NotifyNight {
  const channels = createChannels(notify, env, mask)
  let deadline: number | undefined
  return async ({ final, summary, nightly }, database) => {
    if (channels.length === 0) return []
    const incidents = createIncidents(database)
    deadline ??= Date.now() + longestMs
    const alarms = final.verdict === 'fail' ? final.reasons : []
    const events = nightly.events.filter(({ code }) => changes.has(code))
    const notification = {
      verdict: final.verdict,
      changed: events.length > 0,
      project: projectName(root, env),
      feature: summary.feature,
      night: nightly.night,
      codes: [...alarms, ...events].map(({ code }) => code),
      details: [...alarms, ...events].map(({ message }) => message),
      score: summary.score.mean,
      threshold: summary.score.threshold,
      link: runLink(env),
      time: new Date().toISOString(),
    }
    const deliver = {
      fetch: createLeanFetch({ env }),
      clock: Date.now,
      random: Math.random,
      sleep,
      deadline,
    }
    return notifyNight(notification, { channels, incidents, deliver })
  }
}

function runLink(env: NodeJS.ProcessEnv): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run, CI_JOB_URL } = env
  const link = server && repository && run ? `${server}/${repository}/actions/runs/${run}` : CI_JOB_URL
  return link && URL.canParse(link) ? link : undefined
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
