import { z } from 'zod'
import type { GithubApi } from '../../core/github/github-api.ts'
import { jsonIn } from '../../json.ts'
import type { DeploymentState } from './deployment-steps.ts'
import { descriptionLine } from './description-line.ts'
import type { Make } from './evidence-check.ts'

/** A deployment that this program has made. */
interface Deployment {
  id: number
  /** What it is found by again. */
  key: string
  /** The version's id. */
  version: string
}

interface NewDeployment {
  commit: string
  key: string
  version: string
  words: string
}

interface NewState {
  state: DeploymentState
  words: string
  /** The page about it; undefined without a public address. */
  link: string | undefined
}

/** The deployments of one feature in one environment. Every method may reject with a GithubError. */
export interface FeatureDeployments {
  /** The newest that fits. */
  find(fits: (deployment: Deployment) => boolean): Promise<Deployment | undefined>
  /** The one of this key; made unless it is there. */
  ensure(deployment: NewDeployment): Promise<Deployment>
  /** Nothing where it is in this state already, by these words. */
  setState(deployment: Deployment, state: NewState): Promise<void>
}

const payloadSchema = z.looseObject({
  sluice: z.string(),
  feature: z.string(),
  version: z.string(),
  store: z.string().optional(),
})
const deploymentSchema = z.object({
  id: z.int(),
  // Deployments of others hold anything, older servers a text.
  payload: z.unknown(),
})
const statusSchema = z.object({ id: z.int(), state: z.string(), description: z.string().nullish() })
const pageSize = 100
/** So many pages of the newest deployments of a feature are looked through. */
const mostPages = 10

interface DeploymentsPlace {
  /** `/repos/owner/name` */
  base: string
  feature: string
  environment: string
  /** The address of the feature's page; undefined without a public address. */
  page: string | undefined
  /** What tells this store from others that deploy to the same environment. */
  mark: string
  make: Make
}

export function featureDeployments(
  api: GithubApi,
  { base, feature, environment, page, mark, make }: DeploymentsPlace,
): FeatureDeployments {
  // A workflow that starts on deployments tells these from others by their task.
  const task = `sluice:${feature}`.slice(0, 128)
  const place = `${base}/deployments`

  async function find(fits: (deployment: Deployment) => boolean): Promise<Deployment | undefined> {
    const query = new URLSearchParams({ task, environment, per_page: String(pageSize) })
    for (let number = 1; number <= mostPages; number += 1) {
      const { data, hasNext } = await api.request('GET', `${place}?${query}&page=${number}`)
      const own = z
        .array(deploymentSchema)
        .parse(data)
        .flatMap((one) => ownDeployment(one, { feature, mark }))
      const found = own.filter(fits).sort((a, b) => b.id - a.id)[0]
      if (found || !hasNext) return found
    }
    return undefined
  }

  return {
    find,
    async ensure({ commit, key, version, words }) {
      const found = await find((one) => one.key === key)
      if (found) return found
      const body = {
        ...{ ref: commit, task, environment, description: descriptionLine(words) },
        payload: { sluice: key, feature, version, store: mark },
        // Everything was decided before: nothing is merged, and no check is asked for.
        ...{ auto_merge: false, required_contexts: [], transient_environment: false },
      }
      const { data } = await make(() => api.request('POST', place, body))
      return { id: z.object({ id: z.int() }).parse(data).id, key, version }
    },
    async setState({ id }, { state, words, link }) {
      const description = descriptionLine(words)
      const { data } = await api.request('GET', `${place}/${id}/statuses?per_page=${pageSize}`)
      const [last] = z
        .array(statusSchema)
        .parse(data)
        .sort((a, b) => b.id - a.id)
      if (last?.state === state && (last.description ?? '') === description) return
      await api.request('POST', `${place}/${id}/statuses`, {
        ...{ state, description },
        // GitHub would end those of all other features in the environment.
        auto_inactive: false,
        ...(link !== undefined && { log_url: link }),
        ...(page !== undefined && { environment_url: page }),
      })
    },
  }
}

function ownDeployment(
  { id, payload }: z.output<typeof deploymentSchema>,
  { feature, mark }: Pick<DeploymentsPlace, 'feature' | 'mark'>,
): Deployment[] {
  const { data } = payloadSchema.safeParse(typeof payload === 'string' ? jsonIn(payload) : payload)
  return data?.feature === feature && (data.store ?? mark) === mark
    ? [{ id, key: data.sluice, version: data.version }]
    : []
}
