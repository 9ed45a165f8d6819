import { z } from 'zod'
import type { StoreIdentity } from '../identity.ts'
import type { StoreHead } from '../release-store.ts'
import { checked } from './stored-json.ts'

const identitySchema = z.object({ epoch: z.string().min(1), secret: z.string().min(1) })

/** PostgreSQL gives large numbers as texts. */
const headSchema = z.object({ epoch: z.string().min(1), revision: z.union([z.int(), z.string().regex(/^\d+$/)]) })

/** What the store got when it was created. @throws StoreError `damaged` */
export function storeIdentityOf(row: unknown): StoreIdentity {
  return checked(identitySchema, row, 'identity')
}

/** @throws StoreError `damaged` */
export function storeHeadOf(row: unknown): StoreHead {
  const { epoch, revision } = checked(headSchema, row, 'revision')
  return { epoch, revision: Number(revision) }
}
