import { type Environments, keyAddressed, partsOf } from '../../../core/suite/config/environments.ts'
import { environmentsText, seesAllEnvironments, type TokenReach } from '../access/caller.ts'
import { notFound } from '../http/problem.ts'

/** Names of path parameters that hold the address of a feature. */
const addresses = ['feature', 'chain']

/**
 * The parameters of a path with the key that each address means. All that comes after knows features by their keys
 * alone, so no rule is asked by another name of the same one.
 * @throws Problem 404 for an environment that there is not, to whoever may see all that there are
 */
export function withKeys(
  params: Record<string, string>,
  names: Environments,
  caller: TokenReach,
): Record<string, string> {
  const keyOf = (name: string, value: string) => (addresses.includes(name) ? addressedKey(value, names, caller) : value)
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, keyOf(name, value)]))
}

function addressedKey(address: string, names: Environments, caller: TokenReach): string {
  const key = keyAddressed(address, names)
  if (key !== undefined && caller.environments.includes(partsOf(key).environment)) return key
  // Whoever may not see all of them is not told which there are: what is refused is the address, as it was asked for.
  if (!seesAllEnvironments(caller, names)) return address
  const { feature, environment } = partsOf(address)
  const there =
    names.length === 0
      ? 'this control plane has no environments (server.environments in its sluice.yaml)'
      : `there are ${environmentsText(names)}`
  throw notFound(`There is no environment "${environment}": ${there}. Address ${feature} by one that there is.`)
}
