import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'

const linkSchema = z.strictObject({
  /** `works`; `fails`, and it is tried again; `refused`, which somebody has to mend. */
  state: z.enum(['works', 'fails', 'refused']),
  /** What GitHub said; null where it works. */
  words: z.string().nullable(),
  /** How commits are told; null: not told yet, or the token may do neither. */
  checkWay: z.enum(['checkRun', 'status']).nullable(),
  /** ms since the epoch */
  since: z.number(),
})

/** How things stand with GitHub. */
export type GithubLink = z.output<typeof linkSchema>

const lateSchema = z.strictObject({
  feature: z.string(),
  commit: z.string(),
  /** The row that it says. */
  seq: z.int(),
})

/** A check that GitHub did not take, and that is tried again. */
export type LateCheck = z.output<typeof lateSchema>

/** A checkpoint of its own: replicas of older releases have none, and could not read it as part of the other. */
const lateStateSchema = z.strictObject({ late: z.array(lateSchema) })

const storedSchema = z.strictObject({
  /** The last row of each feature's record that was told or passed over. */
  seen: z.record(z.string(), z.int()),
  /** The row of each feature that is being told, and how many of its steps are done. */
  doing: z.record(z.string(), z.strictObject({ seq: z.int(), done: z.int() })),
  /** What is being made there, until when at the latest; null: nothing. */
  making: z.strictObject({ until: z.number() }).nullable().default(null),
  link: linkSchema.nullable(),
})

/** How far the record was told to GitHub. */
export interface GithubProgress {
  seen: Map<string, number>
  doing: Map<string, { seq: number; done: number }>
  /** A request that makes something, and whose answer nobody has seen: it may still be under way until then. */
  making: { until: number } | null
  /** Null before the first request. */
  link: GithubLink | null
  /** Checks that GitHub did not take. */
  late: LateCheck[]
  /** @throws StoreError where another replica has written meanwhile: then nothing more is to be told */
  save(): Promise<void>
}

/** What the loop is called that tells GitHub, in its faults. */
export const githubLoop = 'telling GitHub'

/** The progress in one repository; what another one was told does not count here. */
export function progressName(repository: string): string {
  return `github:${repository.toLowerCase()}`
}

export function lateName(repository: string): string {
  return `github-late:${repository.toLowerCase()}`
}

/** Undefined of a repository that was never told anything. A state that cannot be read is begun anew. */
export async function loadProgress(store: Store, repository: string): Promise<GithubProgress | undefined> {
  const name = progressName(repository)
  const kept = await store.checkpoint(name)
  if (!kept) return undefined
  const { data } = storedSchema.safeParse(kept.state)
  if (data) return progressOf(store, repository, { cursor: kept.cursor, ...data }, await loadLate(store, repository))
  await store.setAside(name, kept.cursor)
  return undefined
}

interface StoredLate {
  /** -1: nothing is stored. */
  cursor: number
  late: LateCheck[]
}

async function loadLate(store: Store, repository: string): Promise<StoredLate> {
  const name = lateName(repository)
  const kept = await store.checkpoint(name)
  if (!kept) return noneLate
  const { data } = lateStateSchema.safeParse(kept.state)
  if (data) return { cursor: kept.cursor, late: data.late }
  await store.setAside(name, kept.cursor)
  return noneLate
}

const noneLate: StoredLate = { cursor: -1, late: [] }

/** From these rows on. */
export function newProgress(store: Store, repository: string, seen: Record<string, number>): GithubProgress {
  return progressOf(store, repository, { cursor: -1, seen, doing: {}, making: null, link: null }, noneLate)
}

function progressOf(
  store: Store,
  repository: string,
  { cursor, seen, doing, making, link }: z.output<typeof storedSchema> & { cursor: number },
  storedLate: StoredLate,
): GithubProgress {
  const told = { name: progressName(repository), cursor }
  const waiting = { name: lateName(repository), cursor: storedLate.cursor }
  let { late } = storedLate
  const progress: GithubProgress = {
    ...{ seen: new Map(Object.entries(seen)), doing: new Map(Object.entries(doing)), making, link, late },
    async save() {
      // Before its row is stored as told: if this process stops in between, the row is told again and no check is lost.
      if (!isDeepStrictEqual(progress.late, late)) {
        const next = [...progress.late]
        await write(waiting, { late: next })
        late = next
      }
      await write(told, {
        ...{ seen: Object.fromEntries(progress.seen), doing: Object.fromEntries(progress.doing) },
        ...{ making: progress.making, link: progress.link },
      })
    },
  }

  async function write(to: { name: string; cursor: number }, state: object): Promise<void> {
    if (!(await store.saveCheckpoint(to.name, to.cursor, { cursor: to.cursor + 1, state })))
      throw new StoreError('busy', 'another replica tells GitHub by now')
    to.cursor += 1
  }

  return progress
}

/** The repository that is told of releases, and how things stand with it. */
export interface GithubStanding {
  repository: string
  /** Null before the first request. */
  link: GithubLink | null
}

/** For any replica. */
export async function githubStanding(
  store: Pick<Store, 'checkpoint'>,
  { repository }: { repository: string },
): Promise<GithubStanding> {
  const kept = await store.checkpoint(progressName(repository))
  return { repository, link: storedSchema.safeParse(kept?.state).data?.link ?? null }
}
