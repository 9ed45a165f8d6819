import { z } from 'zod'
import { type GithubApi, GithubError, longestGithubText } from '../../core/github/github-api.ts'
import { plainFeature } from '../../core/suite/config/environments.ts'
import { descriptionLine } from './description-line.ts'

/** What a check of a commit says. Conclusion null: it is still under way. */
export interface EvidenceCheck {
  feature: string
  /** The row of the feature's record that it says. */
  seq: number
  commit: string
  /** What a check run is found by again. */
  id: string
  conclusion: 'success' | 'failure' | 'neutral' | 'cancelled' | null
  /** In a sentence. */
  title: string
  /** Markdown. */
  summary: string
  /** The page about it; undefined without a public address. */
  link: string | undefined
}

/** GitHub's two ways to tell a commit. Only Apps may make check runs, and the token of a workflow is one's. */
export type CheckWay = 'checkRun' | 'status'

const runsSchema = z.object({
  check_runs: z.array(z.object({ id: z.int(), external_id: z.string().nullish() })),
})
/** A commit status knows no neutral end, and whoever waits for it should not wait for ever. */
const stateOf = { success: 'success', neutral: 'success', failure: 'failure', cancelled: 'error' } as const

/** Where checks stand, and who says them. */
export interface CheckPlace {
  api: GithubApi
  /** `/repos/owner/name` */
  base: string
  /** The name of this control plane among all that tell the repository; empty: it has none. */
  name: string
  make: Make
}

/** Makes what is not there yet, unless another replica does so by now. */
export type Make = <T>(request: () => Promise<T>) => Promise<T>

/**
 * Puts a check run on the commit, or brings the one that is there up to date; where the token may not, the same words
 * as a commit status.
 * @param before the way that is known to work; undefined where none was tried
 * @returns the way, and whether the token goes it with any commit: GitHub may not know one of them
 * @throws GithubError
 */
export async function putCheck(
  place: CheckPlace,
  check: EvidenceCheck,
  before?: CheckWay | undefined,
): Promise<{ way: CheckWay; isUsual: boolean }> {
  let isUsual = true
  if (before !== 'status') {
    try {
      await putCheckRun(place, check)
      return { way: 'checkRun', isUsual }
    } catch (error) {
      if (!isForbidden(error)) throw error
      isUsual = error.status !== 404
    }
  }
  const { feature, commit, conclusion, title, link } = check
  const { api, base, name } = place
  await api.request('POST', `${base}/statuses/${commit}`, {
    state: conclusion === null ? 'pending' : stateOf[conclusion],
    context: ['sluice', ...(name === '' ? [] : [name]), plainFeature(feature)].join('/'),
    description: descriptionLine(title),
    ...(link !== undefined && { target_url: link }),
  })
  return { way: 'status', isUsual }
}

/** Whether the token may not do that. 404 is what some tokens get for it, and what a commit gets that is not there. */
export function isForbidden(error: unknown): error is GithubError {
  return error instanceof GithubError && error.limitMs === undefined && [403, 404].includes(error.status ?? 0)
}

async function putCheckRun({ api, base, name: own, make }: CheckPlace, check: EvidenceCheck): Promise<void> {
  const { feature, commit, id, conclusion, title, summary, link } = check
  const name = `sluice: ${plainFeature(feature)}${own === '' ? '' : ` (${own})`}`
  const query = new URLSearchParams({ check_name: name, filter: 'all', per_page: '100' })
  const { data } = await api.request('GET', `${base}/commits/${commit}/check-runs?${query}`)
  const found = runsSchema.parse(data).check_runs.find((run) => run.external_id === id)
  const body = {
    ...{ name, external_id: id },
    ...(conclusion === null ? { status: 'in_progress' } : { status: 'completed', conclusion }),
    output: { title: descriptionLine(title), summary: summary.slice(0, longestGithubText) },
    ...(link !== undefined && { details_url: link }),
  }
  if (found) await api.request('PATCH', `${base}/check-runs/${found.id}`, body)
  else await make(() => api.request('POST', `${base}/check-runs`, { ...body, head_sha: commit }))
}
