import type { NightReport } from '../../records/report/night-report.ts'

/** Which cases differ between two nights, by id, in the order of the suite. */
export type SuiteChange = NonNullable<NightReport['suiteChange']>

interface HashedCase {
  id: string
  hash: string
}

/** The changes of a suite between two nights; null where every case is the same. */
export function suiteChange(now: readonly HashedCase[], before: readonly HashedCase[]): SuiteChange | null {
  const hashesBefore = new Map(before.map(({ id, hash }) => [id, hash]))
  const idsNow = new Set(now.map(({ id }) => id))
  const added = now.filter(({ id }) => !hashesBefore.has(id)).map(({ id }) => id)
  const removed = before.filter(({ id }) => !idsNow.has(id)).map(({ id }) => id)
  const edited = now.filter(({ id, hash }) => hashesBefore.has(id) && hashesBefore.get(id) !== hash).map(({ id }) => id)
  return added.length + removed.length + edited.length === 0 ? null : { added, removed, edited }
}
