import { versionId } from '../../core/suite/prompt/version.ts'
import type { Rollout } from '../../records/rollout/rollout.ts'
import { defaultLiveSettings, type RolloutSettings } from '../../records/rollout/rollout-settings.ts'
import { applyEvent } from '../store/apply-event.ts'
import type { Store } from '../store/store.ts'

const simulatedFeature = 'simulated'

/** Publishes two versions, activates the first and starts a canary of the second. */
export async function startSimulatedRollout(
  store: Store,
  { settings, salt, at }: { settings: RolloutSettings; salt: string; at: number },
): Promise<void> {
  const attribution = { at, by: 'sluice simulate' }
  const incumbent = await publish(store, 'incumbent', settings, attribution)
  const canary = await publish(store, 'canary', settings, attribution)
  const apply = (event: Parameters<typeof applyEvent>[2]) =>
    applyEvent(store, simulatedFeature, event, attribution, { tokenId: null })
  await apply({ type: 'activate', version: incumbent, reason: 'simulated' })
  await apply({ type: 'start', rolloutId: 'simulated', salt, canary, settings, override: 'simulated' })
}

/** The present state of the rollout. */
export async function simulatedRollout(store: Store): Promise<Rollout> {
  const rollout = (await store.feature(simulatedFeature))?.rollout
  if (!rollout) throw new Error('the simulated rollout was not started')
  return rollout
}

async function publish(
  store: Store,
  label: string,
  rollout: RolloutSettings,
  { at, by }: { at: number; by: string },
): Promise<string> {
  const content = { model: `simulated:${label}`, parameters: {}, messages: [], format: { type: 'text' as const } }
  const id = versionId(content)
  await store.commit({
    version: {
      ...{ feature: simulatedFeature, id, rollout, publishedAt: at, publishedBy: by },
      content: { ...content, id, label, strict: true },
      ...{ rubric: [], judge: null, live: defaultLiveSettings, report: null, source: null },
    },
    audit: {
      ...{ chain: simulatedFeature, at, actor: by, tokenId: null, action: 'version.publish', reason: null },
      ...{ before: null, after: { id }, evidence: null },
    },
  })
  return id
}
