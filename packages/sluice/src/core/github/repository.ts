import { z } from 'zod'
import { type GithubApi, GithubError } from './github-api.ts'

/** An entry of a folder of a commit. */
export interface GithubEntry {
  /** Relative to the folder that was asked for, posix. */
  path: string
  /** Git's mode: `100644` a file, `100755` a program, `120000` a link, `040000` a folder, `160000` a submodule. */
  mode: string
  sha: string
}

/** A file of a new commit: with a text of its own, or with the bytes of a blob that the repository has. */
export type NewEntry = { path: string; mode: string } & ({ content: string } | { sha: string })

interface GithubPull {
  /** Its page. */
  url: string
}

/** What is read and made of a repository by GitHub's REST API. Every method may reject with a GithubError. */
export interface GithubRepository {
  defaultBranch(): Promise<string>
  /** The commit of a branch; undefined where there is no such branch. */
  headOf(branch: string): Promise<string | undefined>
  commit(sha: string): Promise<{ tree: string; message: string }>
  /** Whether a commit is in the history of another one. */
  isBefore(commit: string, head: string): Promise<boolean>
  /**
   * The entries of a tree, named by itself or by its commit; with `deep` those of all folders below as well, unless
   * they are too many.
   */
  tree(sha: string, options?: { deep: boolean }): Promise<{ entries: GithubEntry[]; isWhole: boolean }>
  blob(sha: string): Promise<Uint8Array>
  /** A commit on top of `parent` with these files in it. No branch has it yet. */
  makeCommit(change: { parent: string; entries: readonly NewEntry[]; message: string }): Promise<string>
  /** False where the branch is there already; it stays as it is. */
  makeBranch(branch: string, commit: string): Promise<boolean>
  /** The pull requests of this repository's own branch, open and closed, the newest first. */
  pullsOf(branch: string): Promise<GithubPull[]>
  openPull(pull: { title: string; body: string; head: string; base: string }): Promise<GithubPull>
}

const withSha = z.object({ sha: z.string() })
const repositorySchema = z.object({ default_branch: z.string() })
const refSchema = z.object({ object: withSha })
const commitSchema = z.object({ tree: withSha, message: z.string().default('') })
const treeSchema = z.object({
  tree: z.array(z.object({ path: z.string(), mode: z.string(), sha: z.string() })),
  truncated: z.boolean().default(false),
})
const blobSchema = z.object({ content: z.string(), encoding: z.literal('base64') })
const pullSchema = z.object({ html_url: z.string() }).transform(({ html_url: url }): GithubPull => ({ url }))

/** @param name `owner/name` */
export function githubRepository(api: GithubApi, name: string): GithubRepository {
  const base = `/repos/${name}`
  const get = async <T>(place: string, schema: z.ZodType<T>) =>
    schema.parse((await api.request('GET', `${base}${place}`)).data)
  const post = async <T>(place: string, schema: z.ZodType<T>, body: object) =>
    schema.parse((await api.request('POST', `${base}${place}`, body)).data)
  const commit = async (sha: string) => {
    const { tree, message } = await get(`/git/commits/${sha}`, commitSchema)
    return { tree: tree.sha, message }
  }
  return {
    commit,
    async defaultBranch() {
      return (await get('', repositorySchema)).default_branch
    },
    async headOf(branch) {
      const place = `/git/ref/heads/${branch.split('/').map(encodeURIComponent).join('/')}`
      return (await unlessMissing(get(place, refSchema)))?.object.sha
    },
    async isBefore(sha, head) {
      const { status } = await get(`/compare/${sha}...${head}?per_page=1`, z.object({ status: z.string() }))
      return status === 'ahead' || status === 'identical'
    },
    async tree(sha, { deep } = { deep: false }) {
      const { tree, truncated } = await get(`/git/trees/${sha}${deep ? '?recursive=1' : ''}`, treeSchema)
      return { entries: tree, isWhole: !truncated }
    },
    async blob(sha) {
      return Buffer.from((await get(`/git/blobs/${sha}`, blobSchema)).content, 'base64')
    },
    async makeCommit({ parent, entries, message }) {
      const tree = entries.map((entry) => ({ ...entry, type: 'blob' }))
      const made = await post('/git/trees', withSha, { base_tree: (await commit(parent)).tree, tree })
      return (await post('/git/commits', withSha, { message, tree: made.sha, parents: [parent] })).sha
    },
    async makeBranch(branch, sha) {
      try {
        await post('/git/refs', z.unknown(), { ref: `refs/heads/${branch}`, sha })
        return true
      } catch (error) {
        if (error instanceof GithubError && error.status === 422 && /already exists/i.test(error.message)) return false
        throw error
      }
    },
    async pullsOf(branch) {
      const head = encodeURIComponent(`${name.split('/')[0]}:${branch}`)
      return get(`/pulls?state=all&head=${head}`, z.array(pullSchema))
    },
    openPull: (pull) => post('/pulls', pullSchema, pull),
  }
}

async function unlessMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request
  } catch (error) {
    if (error instanceof GithubError && error.status === 404) return undefined
    throw error
  }
}
