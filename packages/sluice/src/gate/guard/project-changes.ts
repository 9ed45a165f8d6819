import type { Config, PriceSettings, ProviderSettings } from '../../core/suite/config/config.ts'
import { providerName } from '../../core/suite/models/model.ts'
import { implicitProviders } from '../../core/suite/models/provider-settings.ts'
import { wildcardMatch } from '../../core/suite/models/wildcards.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import type { MeasureChange } from '../../records/report/report.ts'
import { measureChange, shortly } from '../report/measure-change.ts'
import { runSettingsChanges } from './settings-changes.ts'

/** How sluice.yaml differs in what all features are measured by; `models` are those in use at the base. */
export function projectChanges(base: Config, now: Config, models: readonly string[]): MeasureChange[] {
  return [
    ...runSettingsChanges(base.gate, now.gate),
    ...judgeChanges(base, now),
    ...providerChanges(base, now),
    ...priceChanges(base, now, models),
  ]
}

function judgeChanges(
  { judge: before, embedding: from }: Config,
  { judge: after, embedding: to }: Config,
): MeasureChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof typeof before)[]
  const judge = keys
    .filter((key) => canonicalJson(before[key] ?? null) !== canonicalJson(after[key] ?? null))
    .map((key) => ({ what: key === 'model' ? 'judge' : `${key} of the judge`, before: before[key], after: after[key] }))
  const embedding =
    from?.model === to?.model ? [] : [{ what: 'embedding model', before: from?.model, after: to?.model }]
  return [...judge, ...embedding].map((each) =>
    measureChange({ kind: 'judge', what: each.what, before: textOrNull(each.before), after: textOrNull(each.after) }),
  )
}

/** Settings that change how fast an answer comes, and whose key pays for it, but not who gives it. */
const ofDelivery: readonly string[] = ['timeoutMs', 'concurrency', 'retries', 'apiKeyEnv']
/** Their values may hold secrets. */
const kept: readonly string[] = ['headers']

function providerChanges(base: Config, now: Config): MeasureChange[] {
  const names = [...new Set([...implicitProviders, ...Object.keys(base.providers)])]
  return names.flatMap((name) => {
    const [before, after] = [settingsOf(base, name), settingsOf(now, name)]
    if (!before || !after) return []
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof ProviderSettings)[]
    return keys
      .filter((key) => !ofDelivery.includes(key))
      .filter((key) => canonicalJson(before[key] ?? null) !== canonicalJson(after[key] ?? null))
      .map((key) =>
        measureChange({
          kind: 'provider',
          what: `${providerWords[key] ?? key} of provider ${name}`,
          before: settingShown(key, before[key]),
          after: settingShown(key, after[key]),
        }),
      )
  })
}

const providerWords: Partial<Record<keyof ProviderSettings, string>> = {
  baseURL: 'address',
  files: 'recordings',
}

function settingsOf({ providers }: Config, name: string): ProviderSettings | undefined {
  const kind = implicitProviders.find((implicit) => implicit === name)
  return Object.hasOwn(providers, name) ? providers[name] : kind && { kind }
}

function settingShown(key: string, value: unknown): string | null {
  if (value === undefined) return null
  if (kept.includes(key)) return 'set, not shown here'
  if (key === 'kind' && value === 'replay') return 'recordings (replay)'
  if (key === 'baseURL') return addressOf(String(value))
  return Array.isArray(value) ? shortly(value.join(', ')) : shortly(value)
}

/** An address without what may be secret in it: user, password and query. */
export function addressOf(text: string): string {
  const { origin, pathname } = URL.canParse(text) ? new URL(text) : { origin: 'an address', pathname: '' }
  return shortly(`${origin}${pathname === '/' ? '' : pathname}`)
}

/** A price counts in the checks of costs and in the budget; that of a model that nobody used does not. */
function priceChanges(base: Config, now: Config, models: readonly string[]): MeasureChange[] {
  return [...new Set(models)].flatMap((model) => {
    const [before, after] = [wildcardMatch(model, base.prices), wildcardMatch(model, now.prices)]
    if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return []
    const weakening =
      !before || !after || after.input < before.input || after.output < before.output || moreCached(before, after)
    const shown = (price: typeof before) => price && `${price.input} in, ${price.output} out`
    const what = `price of ${model} in USD per million tokens`
    return [
      measureChange({
        kind: 'prices',
        what,
        before: shown(before) ?? 'that of the price table',
        after: shown(after) ?? 'that of the price table',
        weakening,
      }),
    ]
  })
}

const moreCached = (before: PriceSettings, after: PriceSettings) =>
  (after.cachedInput ?? after.input) < (before.cachedInput ?? before.input) ||
  (after.cacheWrite ?? after.input) < (before.cacheWrite ?? before.input)

/** Whether a model's answers come from recordings. */
export function isRecorded(model: string, config: Config): boolean {
  return settingsOf(config, providerName(model))?.kind === 'replay'
}

export function textOrNull(value: unknown): string | null {
  return value === undefined ? null : shortly(value)
}
