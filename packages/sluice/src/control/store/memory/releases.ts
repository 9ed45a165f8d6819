import { plainFeature } from '../../../core/suite/config/environments.ts'
import type { AuditHead, AuditRow } from '../../../records/audit-row.ts'
import type { FeatureState } from '../../../records/feature.ts'
import type { Proposal } from '../../../records/proposal.ts'
import type { RememberedAnswer } from '../../../records/remembered-answer.ts'
import type { TokenRecord } from '../../../records/token.ts'
import type { VersionRecord } from '../../../records/version.ts'
import { endedProposalMs, planCommit, rememberedMs } from '../commit-plan.ts'
import { newIdentity } from '../identity.ts'
import type { ProposalStore } from '../proposal-store.ts'
import type { CommitResult, ReleaseStore, StoreChange } from '../release-store.ts'
import { signal } from '../signal.ts'
import type { TokenStore } from '../token-store.ts'
import { copyOf } from './copy.ts'

/** Includes tokens and proposals, since `commit` writes them. */
export function memoryReleases(
  epoch: string,
  lastFence: (name: string) => number,
): ReleaseStore & TokenStore & ProposalStore & { featureList(): FeatureState[] } {
  const features = new Map<string, FeatureState>()
  const versions = new Map<string, VersionRecord>()
  const tokens = new Map<string, TokenRecord>()
  const proposals = new Map<string, Proposal>()
  const answers = new Map<string, RememberedAnswer>()
  const chains = new Map<string, AuditRow[]>()
  const changes = signal<number>()
  let revision = 0
  let present = epoch

  const head = (chain: string): AuditHead | null => chains.get(chain)?.at(-1) ?? null
  const featureList = () => [...features.values()].sort((a, b) => (a.feature < b.feature ? -1 : 1))

  const versionsOf = (key: string) => [...versions.values()].filter(({ feature }) => feature === plainFeature(key))

  function write({ version, remember }: StoreChange, done: CommitResult & { outcome: 'committed' }): void {
    const { feature, token, proposal, audit, rows } = done
    revision = done.revision
    if (feature) features.set(feature.feature, feature)
    if (version) versions.set(versionKey(version.feature, version.id), version)
    if (token) tokens.set(token.id, token)
    if (proposal) keep(proposal, audit.at)
    chains.set(audit.chain, [...(chains.get(audit.chain) ?? []), ...rows])
    if (!remember) return
    for (const { key, at } of answers.values()) if (at < remember.at - rememberedMs) answers.delete(key)
    answers.set(remember.key, remember)
  }

  function keep(proposal: Proposal, now: number): void {
    for (const { id, ended } of proposals.values()) if (ended && ended.at < now - endedProposalMs) proposals.delete(id)
    proposals.set(proposal.id, proposal)
  }

  return {
    featureList,
    revision: async () => revision,
    head: async () => ({ epoch: present, revision }),
    async renewEpoch(from) {
      if (present === from) present = newIdentity().epoch
    },
    features: async () => copyOf(featureList()),
    feature: async (name) => copyOf(features.get(name)),
    versions: async (feature) => copyOf(versionsOf(feature)),
    async versionPage(feature, { offset, limit }) {
      const all = versionsOf(feature).reverse()
      return { versions: copyOf(all.slice(offset, offset + limit)), total: all.length, unreadable: 0 }
    },
    version: async (feature, id) => copyOf(versions.get(versionKey(plainFeature(feature), id))),
    pendingProposals: async (feature) =>
      copyOf([...proposals.values()].filter((one) => !one.ended && (feature ?? one.feature) === one.feature)),
    proposal: async (id) => copyOf(proposals.get(id)),
    remembered: async (key) => copyOf(answers.get(key)),
    tokens: async () => copyOf([...tokens.values()]),
    tokenById: async (id) => copyOf(tokens.get(id)),
    tokenByHash: async (hash) => copyOf([...tokens.values()].find((token) => token.hash === hash)),
    audit: async (chain, { after = 0, limit = Number.MAX_SAFE_INTEGER } = {}) =>
      copyOf((chains.get(chain) ?? []).slice(after, after + limit)),
    async auditHead(chain) {
      const last = head(chain)
      return last && { seq: last.seq, hash: last.hash }
    },
    async commit(change) {
      const own = copyOf(change)
      const result = planCommit(own, {
        revision,
        featureRevision: features.get(own.feature?.feature ?? '')?.revision ?? 0,
        basedOnRevision: features.get(own.basedOn?.feature ?? '')?.revision ?? 0,
        token: tokens.get(own.token?.after.id ?? ''),
        proposalRevision: proposals.get(own.proposal?.id ?? '')?.revision ?? 0,
        remembered: answers.get(own.remember?.key ?? ''),
        fence: own.fence ? lastFence(own.fence.name) : 0,
        head: head(own.audit.chain),
      })
      if (result.outcome === 'committed') {
        write(own, result)
        changes.emit(revision)
      }
      return copyOf(result)
    },
    onChange: changes.listen,
  }
}

function versionKey(feature: string, id: string): string {
  return `${feature}\n${id}`
}
