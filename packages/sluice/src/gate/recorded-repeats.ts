import type { Provider } from '../core/providers/provider.ts'
import type { Providers } from '../core/providers/registry.ts'
import type { Case } from '../core/suite/cases/case.ts'
import { parseModelId } from '../core/suite/models/model.ts'
import type { GatePolicy } from './verdict/policy.ts'

/** How many repeats recordings hold: of every case, and of every critical one. Infinity where models are live. */
export interface RecordedRepeats {
  all: number
  critical: number
}

/** Recordings cannot be asked more often than they were made; a case without one does not count here. */
export async function recordedRepeats(
  models: readonly string[],
  cases: AsyncIterable<Case>,
  providers: Providers,
): Promise<RecordedRepeats> {
  const recorded: { provider: Provider; model: string }[] = []
  for (const id of models) {
    const { provider: name, model } = parseModelId(id) ?? { provider: id, model: id }
    const provider = await providers.get(name)
    if (provider.recordedRepeats) recorded.push({ provider, model })
  }
  const least: RecordedRepeats = { all: Number.POSITIVE_INFINITY, critical: Number.POSITIVE_INFINITY }
  if (recorded.length === 0) return least
  for await (const { id, critical } of cases) {
    for (const { provider, model } of recorded) {
      const repeats = (await provider.recordedRepeats?.(id, model)) || Number.POSITIVE_INFINITY
      least.all = Math.min(least.all, repeats)
      if (critical) least.critical = Math.min(least.critical, repeats)
    }
  }
  return least
}

/** The policy with the looks that the recordings allow; the error budget is spread over those that remain. */
export function limitRounds(policy: GatePolicy, { all, critical }: RecordedRepeats): GatePolicy {
  const rounds = policy.looks.filter((count, index) => index === 0 || count <= all)
  return { ...policy, looks: rounds, criticalRepeats: Math.min(policy.criticalRepeats, critical) }
}
