import type { Clock } from '@sluice/client'
import { hasEnded } from '../../../src/control/release/rollout-state.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'
import type { History, RequestedChange } from './history.ts'
import { feature } from './instance.ts'
import type { RandomSource } from './random-source.ts'

export interface OperatorOptions {
  store: Store
  clock: Clock
  random: RandomSource
  fetch: typeof fetch
  token: string
  history: History
  versions: readonly string[]
}

const settings = {
  stages: [
    { percent: 20, soak: '3s' },
    { percent: 60, soak: '3s' },
  ],
  minUsers: 5,
}

const attempts = 4

/** Asks for one change at random, again and again under the same key until there is an answer. */
export async function requestChange(options: OperatorOptions): Promise<void> {
  const { store, clock, random, fetch, token, history } = options
  const reason = `request ${history.requests.length}`
  const rollout = (await store.feature(feature))?.rollout
  const { method = 'POST', path, body } = random.pick(possible(options, reason, rollout ?? undefined))
  const requested: RequestedChange = { reason, what: `${method} ${path}` }
  history.requests.push(requested)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const init = {
    method,
    headers: { ...headers, 'idempotency-key': reason.replace(' ', '-') },
    body: JSON.stringify({ ...(path.endsWith('rollouts') ? {} : { reason }), ...body }),
  }
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const status = await fetch(`http://control${path}`, init).then(
      (response) => response.status,
      () => 503,
    )
    if (status < 500) {
      requested.status = status
      return
    }
    await new Promise<void>((resolve) => void clock.setTimer(resolve, random.between(50, 1000)))
  }
}

interface Request {
  method?: string
  path: string
  body?: Record<string, unknown>
}

/** What may be asked for; now and then what the state does not allow. */
function possible({ random, versions }: OperatorOptions, reason: string, rollout: Rollout | undefined): Request[] {
  const override = { reason }
  const version = random.pick(versions)
  const start = {
    path: `/v1/features/${feature}/rollouts`,
    body: {
      ...{ version, override, supersede: random.chance(0.3) },
      settings: { ...settings, advance: random.pick(['evidence', 'soak', 'manual']) },
    },
  }
  const others = [
    { path: `/v1/features/${feature}/rollback` },
    { method: 'PUT', path: `/v1/features/${feature}/active`, body: { version, override } },
  ]
  if (!rollout || (hasEnded(rollout) && random.chance(0.9))) return [start, start, start, start, ...others]
  const operations = ['pause', 'resume', 'advance', 'promote', 'abort']
  return [start, ...others, ...operations.map((type) => ({ path: `/v1/rollouts/${rollout.id}/${type}` }))]
}
