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
import { unitText } from './unit.ts'

/**
 * Features as flags of OpenFeature. A flag's variant is the version's id; as a string its value is that id, as an object the
 * whole prompt version. The targeting key is the unit. `client` is yours: closing the provider does not close it.
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

  /** @throws ProviderFatalError where the token is refused; an Error where there is nothing to route by */
  async initialize(): Promise<void> {
    const source = await this.#client.ready({ timeoutMs: this.#readyTimeoutMs })
    if (source === 'none' && this.#client.status().refused) throw new ProviderFatalError('the token was refused')
    // Also with nothing to route by: the first word of the control plane makes the provider ready after all.
    await this.onClose()
    this.#forget = [
      this.#client.onChange(({ features }) =>
        this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: Object.keys(features) }),
      ),
      this.#client.onStaleness((stale) => this.events.emit(stale ? ProviderEvents.Stale : ProviderEvents.Ready)),
    ]
    if (source === 'none') throw new Error('neither the control plane nor a bootstrap snapshot could be reached')
  }

  async onClose(): Promise<void> {
    for (const forget of this.#forget) forget()
  }

  async resolveStringEvaluation(key: string, fallback: string, context: EvaluationContext) {
    return this.#resolve(key, fallback, context, (route) => route.version)
  }

  async resolveObjectEvaluation<T extends JsonValue>(key: string, fallback: T, context: EvaluationContext) {
    // Whatever the caller takes the object for, it is a prompt version: plain data.
    return this.#resolve(key, fallback, context, ({ prompt }) => prompt && (JSON.parse(JSON.stringify(prompt)) as T))
  }

  async resolveBooleanEvaluation(key: string, fallback: boolean): Promise<ResolutionDetails<boolean>> {
    return this.#mismatch(key, fallback)
  }

  async resolveNumberEvaluation(key: string, fallback: number): Promise<ResolutionDetails<number>> {
    return this.#mismatch(key, fallback)
  }

  /**
   * `sluice.feedback` with `value` in [0,1] (or `thumb`) and `reference`, what `route.reference()` returned. Other events are not
   * Sluice's.
   */
  track(name: string, _context: EvaluationContext, details?: TrackingEventDetails): void {
    if (name !== 'sluice.feedback') return
    const { value, thumb, comment, reference } = details ?? {}
    // A reference may have been written as JSON on its way: quotes are no part of one.
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
      const errorMessage = `${key} is in a canary: give a targeting key, a text or a whole number, so that the same user keeps the same version`
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
    return { value, reason, errorCode: ErrorCode.FLAG_NOT_FOUND, errorMessage: `no feature ${String(key)} is known` }
  }

  #mismatch<T>(key: string, value: T): ResolutionDetails<T> {
    if (!this.#client.feature(key)) return this.#unknown(key, value)
    const { ERROR: reason } = StandardResolutionReasons
    const errorMessage = `${key} is a prompt version: ask for it as a string or an object`
    return { value, reason, errorCode: ErrorCode.TYPE_MISMATCH, errorMessage }
  }
}
