import { type Environments, keyAddressed, partsOf } from '../../../core/suite/config/environments.ts'
import { environmentsText } from '../access/caller.ts'
import { notFound } from '../http/problem.ts'

/** Names of path parameters that hold the address of a feature. */
const addresses = ['feature', 'chain']

/**
 * The parameters of a path with the key that each address means. All that comes after knows features by their keys
 * alone, so no rule is asked by another name of the same one.
 * @throws Problem 404 for an environment that there is not
 */
export function withKeys(params: Record<string, string>, names: Environments): Record<string, string> {
  const keyOf = (name: string, value: string) => (addresses.includes(name) ? addressedKey(value, names) : value)
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, keyOf(name, value)]))
}

function addressedKey(address: string, names: Environments): string {
  const key = keyAddressed(address, names)
  if (key !== undefined) return key
  const { feature, environment } = partsOf(address)
  const there =
    names.length === 0
      ? 'this control plane has no environments (server.environments in its sluice.yaml)'
      : `there are ${environmentsText(names)}`
  throw notFound(`There is no environment "${environment}": ${there}. Address ${feature} by one that there is.`)
}
