/** Which cases differ between two nights, by id, in the order of the suite. */
export interface SuiteChange {
  added: string[]
  removed: string[]
  /** Cases with the same id that are asked or scored differently. */
  edited: string[]
}

interface HashedCase {
  id: string
  hash: string
}

/** The changes of a suite between two nights; undefined where every case is the same. */
export function suiteChange(now: readonly HashedCase[], before: readonly HashedCase[]): SuiteChange | undefined {
  const hashesBefore = new Map(before.map(({ id, hash }) => [id, hash]))
  const idsNow = new Set(now.map(({ id }) => id))
  const added = now.filter(({ id }) => !hashesBefore.has(id)).map(({ id }) => id)
  const removed = before.filter(({ id }) => !idsNow.has(id)).map(({ id }) => id)
  const edited = now.filter(({ id, hash }) => hashesBefore.has(id) && hashesBefore.get(id) !== hash).map(({ id }) => id)
  return added.length + removed.length + edited.length === 0 ? undefined : { added, removed, edited }
}
