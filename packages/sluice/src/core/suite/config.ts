import type { GateSettings } from './gate-settings.ts'
import type { ModelParameters } from './model.ts'
import type { NightlySettings } from './nightly-settings.ts'
import type { NotifySettings } from './notify-settings.ts'
import type { ProviderSettings } from './provider-settings.ts'

export type { GateSettings, ProviderSettings }

export interface JudgeSettings {
  /** `provider:model`. */
  model: string
  parameters: ModelParameters
}

/** USD per million tokens. */
export interface PriceSettings {
  input: number
  output: number
  cachedInput?: number
  cacheWrite?: number
}

/** The project's configuration with every default filled in. */
export interface Config {
  /** Absolute. */
  root: string
  /** Relative to the root; absent when the project has no sluice.yaml. */
  file?: string
  /** Glob, relative to the root. */
  prompts: string
  judge: JudgeSettings
  embedding?: { model: string }
  gate: GateSettings
  nightly?: NightlySettings
  /** Who is told about bad nights. */
  notify?: NotifySettings[]
  /** As configured; anthropic, openai and google exist without an entry. */
  providers: Record<string, ProviderSettings>
  /** By `provider:model`, with `*` as a wildcard. */
  prices: Record<string, PriceSettings>
}
