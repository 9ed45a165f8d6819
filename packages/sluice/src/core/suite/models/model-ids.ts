import { SluiceError } from '../../../errors.ts'
import { suggest } from '../../../text/did-you-mean.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located } from '../diagnostics/validate.ts'
import { vendorSettings } from './github-vendors.ts'
import { parseModelId } from './model.ts'
import { pinnedForm } from './pinned-models.ts'
import { implicitProviders, type ProviderSettings } from './provider-settings.ts'

type Providers = Readonly<Record<string, ProviderSettings>>

/** The kind of API behind a provider's name; undefined when there is no such provider. */
function providerKind(name: string, providers: Providers): ProviderSettings['kind'] | undefined {
  const configured = Object.hasOwn(providers, name) ? providers[name]?.kind : undefined
  return configured ?? implicitProviders.find((implicit) => implicit === name)
}

/**
 * An error for a provider that does not exist, a warning for a model id that the provider may move. A vendor of GitHub
 * Models is a warning in a file of GitHub's, which runs unchanged elsewhere; what needs it is refused by
 * `requireProviders`.
 */
export function modelFaults(
  model: string,
  source: Source,
  path: readonly PropertyKey[],
  providers: Providers,
  { strict = true }: { strict?: boolean } = {},
): Diagnostic[] {
  const id = parseModelId(model)
  if (id === undefined) return []
  const kind = providerKind(id.provider, providers)
  if (kind === undefined) {
    const isVendor = vendorSettings(id.provider) !== undefined
    return [located(source, path, noProvider(id.provider, providers), isVendor && !strict ? 'warning' : 'error')]
  }
  const advice = pinnedForm(kind, id.model)
  if (advice === undefined) return []
  const message = `"${id.model}" is not pinned: the provider may change the model behind it; ${advice}`
  return [located(source, path, message, 'warning')]
}

/**
 * Checks, before anything is paid for, that every model has a provider.
 * @throws SluiceError `invalid-input`
 */
export function requireProviders(models: readonly string[], providers: Providers): void {
  for (const model of models) {
    const name = parseModelId(model)?.provider
    if (name === undefined || providerKind(name, providers) !== undefined) continue
    throw new SluiceError('invalid-input', `${model}: ${noProvider(name, providers)}`)
  }
}

function noProvider(name: string, providers: Providers): string {
  const settings = vendorSettings(name)
  const meant = suggest(name, [...new Set([...implicitProviders, ...Object.keys(providers)])])
  const advice =
    settings === undefined
      ? meant === undefined
        ? 'add it under "providers" in sluice.yaml'
        : `did you mean "${meant}"?`
      : `to run this model, write in sluice.yaml: ${settings}`
  return `there is no provider "${name}"; ${advice}`
}
