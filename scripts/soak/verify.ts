import { readFileSync } from 'node:fs'
import { verifyChain } from '../../packages/sluice/src/control/release/audit-chain.ts'
import { openStore } from '../../packages/sluice/src/control/store/open-store.ts'
import type { AuditRow } from '../../packages/sluice/src/records/audit-row.ts'

const feature = 'mail'
const ends = new Set(['promoted', 'rolledBack', 'aborted', 'superseded'])

export interface SoakResult {
  acknowledged: number
  logged: number
  rollouts: number
  auditRows: number
  /** In words; empty where every promise was kept. */
  broken: string[]
}

/** Holds what the applications noted against the store that the control plane has left. */
export async function verifySoak(dataDir: string, notes: readonly string[]): Promise<SoakResult> {
  const store = await openStore({ dataDir })
  try {
    const broken: string[] = []
    const ids = new Set<string>()
    let logged = 0
    for (let after = 0; ; ) {
      const page = await store.readLog({ after, limit: 10_000 })
      for (const { id } of page) ids.add(id)
      logged += page.length
      const last = page.at(-1)
      if (!last) break
      after = last.seq
    }
    if (ids.size !== logged) broken.push(`${logged - ids.size} outcomes are in the log twice`)
    const acknowledged = notes.flatMap((file) => acknowledgedIn(file, broken))
    const lost = acknowledged.filter((id) => !ids.has(id))
    if (lost.length > 0) broken.push(`${lost.length} acknowledged outcomes are lost, e.g. ${lost[0]}`)
    const rows = await allRows((after) => store.audit(feature, { after, limit: 1000 }))
    const verdict = verifyChain(rows, await store.auditHead(feature))
    if (!verdict.ok) broken.push(verdict.message)
    const rollouts = checkEnds(rows, broken)
    return { acknowledged: new Set(acknowledged).size, logged, rollouts, auditRows: rows.length, broken }
  } finally {
    await store.close()
  }
}

/** What one application was promised; a revision that went back is a promise broken. */
function acknowledgedIn(file: string, broken: string[]): string[] {
  let newest = 0
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index, lines) => {
      // The last line of an application that was killed may be cut off.
      if (line === '' || (index === lines.length - 1 && !line.endsWith('}'))) return []
      const row = JSON.parse(line) as { acknowledged?: string[]; acceptedAgain?: number; revision?: number }
      if (row.acceptedAgain) broken.push(`${file}: ${row.acceptedAgain} acknowledged outcomes were accepted again`)
      if (row.revision !== undefined) {
        if (row.revision < newest) broken.push(`${file}: revision ${row.revision} came after ${newest}`)
        newest = row.revision
      }
      return row.acknowledged ?? []
    })
}

async function allRows(page: (after: number) => Promise<AuditRow[]>): Promise<AuditRow[]> {
  const rows: AuditRow[] = []
  for (;;) {
    const more = await page(rows.at(-1)?.seq ?? 0)
    if (more.length === 0) return rows
    rows.push(...more)
  }
}

interface Document {
  rollout: { id: string; state: string } | null
}

/** Every rollout ends once, and stays as it ended; only the last may still run. Returns how many there were. */
function checkEnds(rows: readonly AuditRow[], broken: string[]): number {
  const states = new Map<string, string>()
  let current: string | undefined
  for (const { seq, after } of rows) {
    const { rollout } = (after ?? { rollout: null }) as Document
    if (!rollout) continue
    const before = states.get(rollout.id)
    if (before !== undefined && ends.has(before) && before !== rollout.state)
      broken.push(`row ${seq} makes ${rollout.state} of rollout ${rollout.id}, which was ${before}`)
    if (current !== undefined && current !== rollout.id && !ends.has(states.get(current) ?? ''))
      states.set(current, 'superseded')
    states.set(rollout.id, rollout.state)
    current = rollout.id
  }
  return states.size
}
