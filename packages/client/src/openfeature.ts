import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  ProviderFatalError,
  type ResolutionDetails,
  StandardResolutionReasons,
  type TrackingEventDetails,
} from '@openfeature/server-sdk'
import type { Feedback, SluiceClient } from './index.ts'
import { unitText } from './routing/unit.ts'

/**
 * Features as flags of OpenFeature. The variant of a flag is the version's id. Its value is this id as a string, and
 * the whole prompt version as an object. The targeting key is the unit. The application closes the client; closing the
 * provider does not.
 */
export class SluiceProvider implements Provider {
  readonly metadata = { name: 'sluice' }
  readonly runsOn = 'server'
  readonly events: OpenFeatureEventEmitter = new OpenFeatureEventEmitter()
  readonly #client: SluiceClient
  readonly #readyTimeoutMs: number
  #forget: (() => void)[] = []

  constructor(client: SluiceClient, { readyTimeoutMs = 5000 }: { readyTimeoutMs?: number } = {}) {
    this.#client = client
    this.#readyTimeoutMs = readyTimeoutMs
  }

  /** @throws ProviderFatalError if the token is refused; Error if there is no snapshot within `readyTimeoutMs` (5 s) */
  async initialize(): Promise<void> {
    const source = await this.#client.ready({ timeoutMs: this.#readyTimeoutMs })
    if (source === 'none' && this.#client.status().refused) throw new ProviderFatalError('the token was refused')
    // Also without a snapshot: the first one that arrives makes the provider ready.
    await this.onClose()
    this.#forget = [
      this.#client.onChange(({ features }) =>
        this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: Object.keys(features) }),
      ),
      this.#client.onStaleness((stale) => this.events.emit(stale ? ProviderEvents.Stale : ProviderEvents.Ready)),
    ]
    if (source === 'none') throw new Error('the control plane did not answer, and there is no bootstrap snapshot')
  }

  async onClose(): Promise<void> {
    for (const forget of this.#forget) forget()
  }

  async resolveStringEvaluation(key: string, fallback: string, context: EvaluationContext) {
    return this.#resolve(key, fallback, context, (route) => route.version)
  }

  async resolveObjectEvaluation<T extends JsonValue>(key: string, fallback: T, context: EvaluationContext) {
    // A copy, since the version is shared. It is plain data, whatever type the caller expects.
    return this.#resolve(key, fallback, context, ({ prompt }) => prompt && (JSON.parse(JSON.stringify(prompt)) as T))
  }

  async resolveBooleanEvaluation(key: string, fallback: boolean): Promise<ResolutionDetails<boolean>> {
    return this.#mismatch(key, fallback)
  }

  async resolveNumberEvaluation(key: string, fallback: number): Promise<ResolutionDetails<number>> {
    return this.#mismatch(key, fallback)
  }

  /**
   * Sends the event `sluice.feedback` as feedback: `value` in [0,1], or `thumb`, and `reference` as returned by
   * `route.reference()`. Other events are ignored.
   */
  track(name: string, _context: EvaluationContext, details?: TrackingEventDetails): void {
    if (name !== 'sluice.feedback') return
    const { value, thumb, comment, reference } = details ?? {}
    // The reference may have been serialized as a JSON string. It contains no quotes itself.
    const given = String(typeof reference === 'string' ? reference : '').replaceAll('"', '')
    const judgement = thumb === undefined ? { score: value } : { thumb }
    this.#client.feedback(given, { ...judgement, ...(comment !== undefined && { comment }) } as Feedback)
  }

  #resolve<T>(
    key: string,
    fallback: T,
    context: EvaluationContext,
    read: (route: ReturnType<SluiceClient['route']>) => T | string | null,
  ): ResolutionDetails<T> {
    const feature = this.#client.feature(key)
    const unit = unitText(context?.targetingKey)
    if (feature?.rollout && unit === undefined) {
      const errorMessage = `${key} is in a canary: give a targeting key (text or whole number), so that a user keeps the same version`
      return {
        value: fallback,
        reason: StandardResolutionReasons.ERROR,
        errorCode: ErrorCode.TARGETING_KEY_MISSING,
        errorMessage,
      }
    }
    const route = this.#client.route(key, unit)
    const value = read(route)
    if (value === null || route.version === null) return this.#unknown(key, fallback)
    const { arm, rolloutId, version } = route
    const flagMetadata = { version, ...(arm && rolloutId ? { arm, rolloutId } : {}) }
    return { value: value as T, variant: version, reason: this.#reason(arm !== null), flagMetadata }
  }

  #reason(split: boolean): string {
    if (this.#client.status().stale) return StandardResolutionReasons.STALE
    return split ? StandardResolutionReasons.SPLIT : StandardResolutionReasons.STATIC
  }

  #unknown<T>(key: string, value: T): ResolutionDetails<T> {
    const { ERROR: reason } = StandardResolutionReasons
    return { value, reason, errorCode: ErrorCode.FLAG_NOT_FOUND, errorMessage: `there is no feature ${String(key)}` }
  }

  #mismatch<T>(key: string, value: T): ResolutionDetails<T> {
    if (!this.#client.feature(key)) return this.#unknown(key, value)
    const { ERROR: reason } = StandardResolutionReasons
    const errorMessage = `${key} is a prompt version: ask for it as a string or an object`
    return { value, reason, errorCode: ErrorCode.TYPE_MISMATCH, errorMessage }
  }
}
