import { isDeepStrictEqual } from 'node:util'
import { auditDocument } from '../../../src/control/release/audit.ts'
import { verifyChain } from '../../../src/control/release/audit-chain.ts'
import type { Assessment } from '../../../src/control/rollout/assessment/assessment.ts'
import { loadCheckpoint } from '../../../src/control/rollout/controller/rollout-checkpoint.ts'
import { eValueEngine } from '../../../src/control/rollout/decision-engine.ts'
import type { Evidence } from '../../../src/control/rollout/evidence/evidence.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { AuditRow } from '../../../src/records/audit-row.ts'
import type { LogEntry } from '../../../src/records/outcome.ts'
import { replay } from '../controller/replay-assessment.ts'
import type { History, Served } from './history.ts'
import { feature, type Instance } from './instance.ts'
import { liarId } from './liar.ts'
import { broughtAbout } from './lie-invariants.ts'

/** A promise that was not kept. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

/** What the controller did is what the assessment beside it says. */
function checkEvidence({ seq, action, actor, evidence }: AuditRow): void {
  const decision = (evidence as Partial<Assessment> | null)?.decision
  if (actor !== 'sluice' || !decision) return
  const act = decision.do === 'continue' ? 'hold' : decision.do
  if (action !== `rollout.${act}`)
    throw new Violation(`row ${seq} (${action}) was decided on ${JSON.stringify(decision)}`)
}

interface Document {
  active: string | null
  rollout: { id: string; state: string } | null
}

const ends = ['promoted', 'rolledBack', 'aborted', 'superseded']

/** Looks on from outside, at the store itself and at what clients did, and throws a Violation where a promise is broken. */
export class Invariants {
  readonly #store: Store
  readonly #history: History
  readonly #instances: () => readonly Instance[]
  readonly #ended = new Map<string, { revision: number; state: string }>()
  readonly #started: string[] = []
  readonly #byReason = new Map<string, number>()
  readonly #revisions = new Map<string, number>()
  readonly #exposures = new Map<string, { lastIncumbent: number; firstCanary: number }>()
  readonly #say: (line: string) => void
  #seq = 0
  #last: Document = { active: null, rollout: null }

  constructor(store: Store, history: History, instances: () => readonly Instance[], say: (line: string) => void) {
    this.#store = store
    this.#history = history
    this.#instances = instances
    this.#say = say
  }

  /** After every step. */
  async check(): Promise<void> {
    for (const row of await this.#store.audit(feature, { after: this.#seq })) this.#readRow(row)
    const state = await this.#store.feature(feature)
    if (state && !isDeepStrictEqual(this.#last, auditDocument(state)))
      throw new Violation('the state of the feature is not what its log says')
    for (const instance of this.#instances()) this.#checkRevision(instance)
    for (const served of this.#history.served.splice(0)) this.#checkServed(served)
  }

  /** In the end, beside the rest. */
  async checkAll(): Promise<void> {
    await this.check()
    const verdict = verifyChain(await this.#store.audit(feature), await this.#store.auditHead(feature))
    if (!verdict.ok) throw new Violation(verdict.message)
    this.#checkRequests()
    const log = await this.#store.readLog({ after: 0, limit: Number.MAX_SAFE_INTEGER })
    const ids = new Set(log.map(({ id }) => id))
    if (ids.size !== log.length) throw new Violation('an outcome is in the log twice')
    for (const id of this.#history.promised)
      if (!ids.has(id)) throw new Violation(`outcome ${id} was acknowledged and is not in the log`)
    const fault = await broughtAbout(this.#store, feature, log)
    if (fault) throw new Violation(fault)
    for (const id of this.#started) {
      await this.#checkReplay(id)
      await this.#checkCounts(id, log)
    }
  }

  /** Once everything has worked for some time: what was there at its beginning has reached everybody. */
  checkConverged(revision: number): void {
    for (const { name, client } of this.#instances()) {
      const status = client.status()
      if (status.revision === null || status.revision < revision)
        throw new Violation(`${name} has revision ${status.revision}, and others have ${revision}`)
      if (status.stale) throw new Violation(`${name} is stale`)
    }
  }

  #readRow(row: AuditRow): void {
    this.#seq = row.seq
    this.#say(`row ${row.seq}: ${row.action} by ${row.actor}, revision ${row.revision}: ${row.reason}`)
    if (row.reason !== null) this.#byReason.set(row.reason, (this.#byReason.get(row.reason) ?? 0) + 1)
    if (!row.action.startsWith('active.') && !row.action.startsWith('rollout.')) return
    if (row.before === null) return
    const [before, after] = [row.before as Document, row.after as Document]
    if (!isDeepStrictEqual(before, this.#last))
      throw new Violation(`row ${row.seq} (${row.action}) begins where no row has ended: a change was lost`)
    this.#last = after
    checkEvidence(row)
    const { rollout } = before
    const other = after.rollout?.id !== rollout?.id
    if (rollout && other && !ends.includes(rollout.state)) this.#end(rollout.id, 'superseded', row)
    if (after.rollout && other) this.#started.push(after.rollout.id)
    if (
      after.rollout &&
      this.#ended.has(after.rollout.id) &&
      this.#ended.get(after.rollout.id)?.state !== after.rollout.state
    )
      throw new Violation(`row ${row.seq} (${row.action}) changes rollout ${after.rollout.id} after its end`)
    if (after.rollout && ends.includes(after.rollout.state) && rollout?.state !== after.rollout.state)
      this.#end(after.rollout.id, after.rollout.state, row)
  }

  #end(id: string, state: string, { seq, revision }: AuditRow): void {
    if (this.#ended.has(id)) throw new Violation(`row ${seq} ends rollout ${id} a second time`)
    this.#ended.set(id, { revision, state })
  }

  #checkRevision({ name, client }: Instance): void {
    const revision = client.status().revision ?? -1
    const before = this.#revisions.get(name) ?? -1
    if (revision < before) throw new Violation(`${name} went back from revision ${before} to ${revision}`)
    this.#revisions.set(name, revision)
  }

  #checkServed({ instance, unit, rolloutId, arm, stage, revision }: Served): void {
    const ended = this.#ended.get(rolloutId)
    if (ended && revision >= ended.revision)
      throw new Violation(`${instance} served rollout ${rolloutId} though it knew of its end`)
    const key = `${rolloutId} ${unit}`
    const seen = this.#exposures.get(key) ?? { lastIncumbent: -1, firstCanary: Number.POSITIVE_INFINITY }
    if (arm === 'canary') seen.firstCanary = Math.min(seen.firstCanary, stage)
    else seen.lastIncumbent = Math.max(seen.lastIncumbent, stage)
    this.#exposures.set(key, seen)
    if (seen.firstCanary <= seen.lastIncumbent)
      throw new Violation(
        `${unit} was in both arms of ${rolloutId}, stages ${seen.firstCanary} and ${seen.lastIncumbent}`,
      )
  }

  #checkRequests(): void {
    for (const { reason, what, status } of this.#history.requests) {
      const count = this.#byReason.get(reason) ?? 0
      if (count > 1) throw new Violation(`${what} (${reason}) was done ${count} times`)
      if (status !== undefined && status < 300 && count === 0)
        throw new Violation(`${what} (${reason}) was acknowledged and is not in the log`)
    }
  }

  async #checkReplay(id: string): Promise<void> {
    const found = await replay(this.#store, eValueEngine, id)
    if (found && JSON.stringify(found.stored) !== JSON.stringify(found.replayed))
      throw new Violation(`replaying ${id} gives another assessment:\n${JSON.stringify(found, undefined, 1)}`)
  }

  /** Counted once more, in another way: nobody may count more often than there are users in the log. */
  async #checkCounts(id: string, log: readonly LogEntry[]): Promise<void> {
    const loaded = await loadCheckpoint(this.#store, id)
    if (!loaded) return
    const { sums, testimony } = loaded.checkpoint.evidence as Evidence
    const entries = log.filter(({ rolloutId, seq, unit }) => rolloutId === id && seq <= loaded.stored && unit !== null)
    const usersOf = (kind: LogEntry['kind'], arm: string) =>
      new Set(entries.filter((entry) => entry.kind === kind && entry.arm === arm).map(({ unit }) => unit)).size
    const randomisationsOf = (kind: LogEntry['kind']) =>
      new Set(
        entries
          .filter((entry) => entry.kind === kind && entry.arm === 'incumbent')
          .map(({ unit, stage }) => `${unit} ${stage}`),
      ).size
    const atMost = (count: number, most: number, what: string) => {
      if (count > most) throw new Violation(`${id} counts ${count} ${what}, and there are ${most}`)
    }
    for (const { tokenId, ignored } of testimony)
      if (tokenId !== liarId) atMost(ignored.wrongArm ?? 0, 0, 'requests in the wrong arm')
    atMost(sums.arms.canary.users, usersOf('request', 'canary'), 'users of the canary')
    atMost(sums.arms.incumbent.users, usersOf('request', 'incumbent'), 'users of the incumbent')
    atMost(sums.score.users.canary, usersOf('score', 'canary'), 'judged users of the canary')
    atMost(sums.score.users.incumbent, randomisationsOf('score'), 'judged randomisations of the incumbent')
    atMost(sums.flags.errors.flagged.canary, usersOf('request', 'canary'), 'users of the canary with errors')
  }
}
