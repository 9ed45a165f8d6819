import type { Clock } from '@sluice/client'
import { createGithubApi, type GithubApi, publicGithubApi } from '../../../core/github/github-api.ts'
import { createChannels } from '../../../core/notify/create-channels.ts'
import { projectName } from '../../../core/notify/notification.ts'
import { reservedVariables } from '../../../core/providers/configured-secrets.ts'
import { createLeanFetch } from '../../../core/providers/http/lean-fetch.ts'
import { plainFeature } from '../../../core/suite/config/environments.ts'
import type { GithubSettings } from '../../../core/suite/config/server-settings.ts'
import { SluiceError } from '../../../errors.ts'
import type { Mask } from '../../../masking/mask.ts'
import { withholdFrom } from '../../../masking/secret-names.ts'
import type { PastNight } from '../../../records/past-night.ts'
import { createRedactors } from '../../live/redact.ts'
import { featureAddress, proposalAddress, rolloutAddress } from '../../pages/addresses.ts'
import type { Store } from '../../store/store.ts'
import { type Engine, startEngine } from '../engine.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { createLiveJudge } from './live-judging.ts'
import type { ServeConfig } from './serve-config.ts'

/** The results of a project's nightly runs. */
export interface Nights {
  /** The feature's latest nights, at most `limit`, oldest first. */
  nightsOf(feature: string, limit: number): PastNight[]
  close(): void
}

/**
 * Starts the engine of `sluice serve`. The providers and prices of the project judge live traffic, and its channels get
 * the notifications.
 * @throws SluiceError if the variable of a channel is missing
 */
export async function startServeEngine(
  host: { env: NodeJS.ProcessEnv; mask: Mask },
  { root, files, config }: ServeConfig,
  {
    store,
    clock,
    log,
    metrics,
    keepLogMs,
    openNights,
    publicUrl,
  }: {
    store: Store
    clock: Clock
    log: Log
    metrics: Metrics
    keepLogMs: number
    /** Opens the nights of the project in this folder. */
    openNights: (root: string) => Nights
    /** Where links in messages lead; null: they have none. */
    publicUrl: string | null
  },
): Promise<Engine> {
  const { env } = host
  const channels = createChannels(config.notify ?? [], env, host.mask)
  const github = config.server?.github && {
    settings: config.server.github,
    api: githubApiOf(config.server.github, { env, mask: host.mask, clock }),
  }
  const environments = config.server?.environments ?? []
  // Modules of the project that redact or check must not see the secrets of channels, GitHub and the identity provider.
  withholdFrom(env, reservedVariables(config))
  const nights = openNights(root)
  const redactors = createRedactors({ root, clock })
  const engine = startEngine({
    store,
    clock,
    random: Math.random,
    log,
    metrics,
    keepLogMs,
    environments,
    judge: createLiveJudge(config, { env, files }),
    redactorOf: redactors.redactorOf,
    redactTextsOf: redactors.redactTextsOf,
    nightsOf: (key, limit) => nights.nightsOf(plainFeature(key), limit),
    ...(github && { github: { ...github, linkTo: linksTo(publicUrl) } }),
    notify: {
      channels,
      project: projectName(root, env),
      linkTo: linksTo(publicUrl),
      deliver: {
        fetch: createLeanFetch({ env }),
        random: Math.random,
        sleep: (ms) => new Promise((resolve) => clock.setTimer(resolve, ms)),
      },
    },
  })
  return {
    ...engine,
    async close() {
      await engine.close()
      await redactors.close()
      nights.close()
    },
  }
}

/**
 * GitHub, as the settings name it. Secrets that are known here never go there. It does not wait: a loop that follows
 * releases has other things to do.
 * @throws SluiceError `invalid-input` where the variable of the token is not set
 */
function githubApiOf(
  { tokenEnv, apiUrl = publicGithubApi }: Pick<GithubSettings, 'tokenEnv' | 'apiUrl'>,
  { env, mask, clock }: { env: NodeJS.ProcessEnv; mask: Mask; clock: Pick<Clock, 'now'> },
): GithubApi {
  const token = env[tokenEnv]?.trim()
  if (!token)
    throw new SluiceError(
      'invalid-input',
      `sluice.yaml: server.github.tokenEnv: the environment variable ${tokenEnv} is not set. Set it, or take server.github away.`,
    )
  const api = createGithubApi({
    ...{ url: apiUrl, token, fetch: createLeanFetch({ env }), longestWaitMs: 0 },
    ...{ sleep: async () => {}, random: Math.random, now: () => clock.now() },
  })
  return { request: (method, path, body) => api.request(method, path, body && mask.data(body)) }
}

/** Links to the pages of rollouts, proposals and features, for messages; undefined without a public URL. */
export function linksTo(base: string | null): (feature: string, id: string | null) => string | undefined {
  if (base === null) return () => undefined
  return (feature, id) => `${base}${id === null ? featureAddress(feature) : addressOf(id)}`
}

const addressOf = (id: string) => (id.startsWith('ap-') ? proposalAddress(id) : rolloutAddress(id))
