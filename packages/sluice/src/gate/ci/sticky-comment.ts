import { z } from 'zod'
import { type GithubApi, GithubError } from '../../core/github/github-api.ts'

/** What became of the comment. */
export type CommentOutcome = 'created' | 'edited' | 'unchanged' | 'none'

export interface StickyComment {
  /** `owner/name` */
  repository: string
  /** The number of the pull request. */
  number: number
  /** The hidden first line by which the comment is found again; nothing else on it. */
  marker: string
  /** Markdown, without the marker; made from the comment that is there, if one is. */
  body: (before: string | undefined) => string
  /** With false a comment is only brought up to date, where there is one. */
  create: boolean
}

/** A comment that a workflow's own token writes has this author. */
const workflowAuthor = 'github-actions[bot]'

const commentSchema = z.object({
  id: z.int(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
})
type Comment = z.output<typeof commentSchema>

/** More pages than any pull request has. */
const pages = 100

/**
 * Leaves exactly one comment of ours on the pull request, whatever happened before: the oldest is edited, others of
 * ours are removed, and a comment that only looks like ours but is somebody else's is left alone.
 * @throws GithubError
 */
export async function stickComment(api: GithubApi, comment: StickyComment, tries = 2): Promise<CommentOutcome> {
  const { repository, number, marker, create } = comment
  const list = `/repos/${repository}/issues/${number}/comments`
  const body = (before?: string) => `${marker}\n${comment.body(before)}`
  const own = async (author: string) => (await all(api, list)).filter((found) => isOwn(found, marker, author))
  const edited = await keepOne(api, { repository, found: await own(workflowAuthor), body })
  if (edited !== 'none' || !create) return edited
  const posted = await post(api, list, body()).catch((error: unknown) => {
    if (error instanceof GithubError && error.isUncertain && tries > 1) return undefined
    throw error
  })
  // It may be there all the same: look again.
  if (!posted) return stickComment(api, comment, tries - 1)
  // Another run may have posted meanwhile, and a token that is not the workflow's learns only now as whom it writes.
  const found = await own(posted.user?.login ?? workflowAuthor)
  await keepOne(api, { repository, found, body })
  return found.some(({ id }) => id < posted.id) ? 'edited' : 'created'
}

async function post(api: GithubApi, list: string, body: string): Promise<Comment> {
  return commentSchema.parse((await api.request('POST', list, { body })).data)
}

interface Kept {
  repository: string
  found: Comment[]
  body: (before?: string) => string
}

async function keepOne(api: GithubApi, { repository, found, body: bodyOf }: Kept): Promise<CommentOutcome> {
  const [oldest, ...others] = found.toSorted((a, b) => a.id - b.id)
  if (!oldest) return 'none'
  const place = ({ id }: Comment) => `/repos/${repository}/issues/comments/${id}`
  for (const other of others) await unlessGone(api.request('DELETE', place(other)))
  const body = bodyOf((oldest.body ?? '').replaceAll('\r\n', '\n'))
  if (oldest.body === body) return 'unchanged'
  return (await unlessGone(api.request('PATCH', place(oldest), { body }))) ? 'edited' : 'none'
}

/** False for a comment that somebody deleted in the meantime. */
async function unlessGone(request: Promise<unknown>): Promise<boolean> {
  try {
    await request
    return true
  } catch (error) {
    if (error instanceof GithubError && (error.status === 404 || error.status === 410)) return false
    throw error
  }
}

async function all(api: GithubApi, list: string): Promise<Comment[]> {
  const comments: Comment[] = []
  for (let page = 1; page <= pages; page += 1) {
    const { data, hasNext } = await api.request('GET', `${list}?per_page=100&page=${page}`)
    comments.push(...z.array(commentSchema).parse(data))
    if (!hasNext) break
  }
  return comments
}

function isOwn({ body, user }: Comment, marker: string, author: string): boolean {
  return user?.login === author && (body ?? '').replaceAll('\r\n', '\n').split('\n', 1)[0] === marker
}
