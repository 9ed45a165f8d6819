import type { Diagnostic } from './diagnostic.ts'
import { parseModelId } from './model.ts'
import { pinnedForm } from './pinned.ts'
import { implicitProviders, type ProviderSettings } from './provider-settings.ts'
import type { Source } from './source.ts'
import { suggest } from './suggest.ts'
import { located } from './validate.ts'

type Providers = Readonly<Record<string, ProviderSettings>>

/** The kind of API behind a provider's name; undefined when there is no such provider. */
function providerKind(name: string, providers: Providers): ProviderSettings['kind'] | undefined {
  const configured = Object.hasOwn(providers, name) ? providers[name]?.kind : undefined
  return configured ?? implicitProviders.find((implicit) => implicit === name)
}

/** An error for a provider that does not exist, a warning for a model id that the provider may move. */
export function modelFaults(
  model: string,
  source: Source,
  path: readonly PropertyKey[],
  providers: Providers,
): Diagnostic[] {
  const id = parseModelId(model)
  if (id === undefined) return []
  const kind = providerKind(id.provider, providers)
  if (kind === undefined) {
    const known = [...new Set([...implicitProviders, ...Object.keys(providers)])]
    const meant = suggest(id.provider, known)
    const advice = meant === undefined ? 'add it under "providers" in sluice.yaml' : `did you mean "${meant}"?`
    const message = `there is no provider "${id.provider}"; ${advice}`
    return [located(source, path, message)]
  }
  const advice = pinnedForm(kind, id.model)
  if (advice === undefined) return []
  const message = `"${id.model}" is not pinned: the provider may change the model behind it; ${advice}`
  return [located(source, path, message, 'warning')]
}
