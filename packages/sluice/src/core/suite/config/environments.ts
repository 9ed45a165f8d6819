import { z } from 'zod'
import { featureNameSchema } from '../../../records/names.ts'

/**
 * What is stored of a feature stands under a key for each environment: the plain name for the last one, and
 * `name@environment` for those before it. Keys are made and taken apart here alone. Names of features hold no `@`.
 */
const separator = '@'

export const environmentNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be 1 to 31 lower-case letters, digits and "-", and start with a letter')

/** A feature in a path: its name, or `name@environment`. */
export const addressField = z
  .string()
  .max(160)
  .refine((text) => {
    const { feature, environment } = partsOf(text)
    const isNamed = environment === null || environmentNameSchema.safeParse(environment).success
    return isNamed && featureNameSchema.max(128).safeParse(feature).success
  }, 'must be the name of a feature, or name@environment')
  .meta({ description: 'Name of a feature; `name@environment` where there are environments.' })

/** Names of the environments, in the order in which versions move from one to the next; empty: there are none. */
export type Environments = readonly string[]

/** Null: the last one, also where there are no environments. */
export type KeyEnvironment = string | null

/** What a key stands for. */
interface KeyParts {
  feature: string
  environment: KeyEnvironment
}

export function partsOf(key: string): KeyParts {
  const at = key.indexOf(separator)
  return at < 0
    ? { feature: key, environment: null }
    : { feature: key.slice(0, at), environment: key.slice(at + separator.length) }
}

export function keyOf({ feature, environment }: KeyParts): string {
  return environment === null ? feature : `${feature}${separator}${environment}`
}

/** The name of the feature of a key: what its versions, its suites and its prompt file are called by. */
export function plainFeature(key: string): string {
  return partsOf(key).feature
}

/** The environments as keys name them, in order. */
export function keyEnvironments(names: Environments): KeyEnvironment[] {
  return [...names.slice(0, -1), null]
}

/** The environment as keys name it; undefined for one that there is not. */
export function keyEnvironment(name: string, names: Environments): KeyEnvironment | undefined {
  const at = names.indexOf(name)
  return at < 0 ? undefined : keyEnvironments(names)[at]
}

/** The environment of a key by its name; null where there are none, and for a key of one that is no more. */
export function environmentName(key: string, names: Environments): string | null {
  return nameOfEnvironment(partsOf(key).environment, names)
}

/** The name of an environment; null where there are none, and for one that is no more. */
export function nameOfEnvironment(environment: KeyEnvironment, names: Environments): string | null {
  return names[keyEnvironments(names).indexOf(environment)] ?? null
}

/** The key that is meant by a name or `name@environment`; undefined where there is no such environment. */
export function keyAddressed(address: string, names: Environments): string | undefined {
  const { feature, environment: name } = partsOf(address)
  if (name === null) return address
  const environment = keyEnvironment(name, names)
  return environment === undefined ? undefined : keyOf({ feature, environment })
}

/** The key of the same feature in the environment before; null in the first one. */
export function keyBefore(key: string, names: Environments): string | null {
  const { feature, environment } = partsOf(key)
  const order = keyEnvironments(names)
  const before = order[order.indexOf(environment) - 1]
  return before === undefined ? null : keyOf({ feature, environment: before })
}

/** A key as people read it: with its environment wherever there are some. */
export function shownKey(key: string, names: Environments): string {
  const name = environmentName(key, names)
  return name === null ? key : `${plainFeature(key)}${separator}${name}`
}

/** The key in what a control plane has answered, which tells the environment beside it. */
export function namedKey({
  feature,
  environment = null,
}: {
  feature: string
  environment?: string | null | undefined
}): string {
  return keyOf({ feature: plainFeature(feature), environment })
}

/** Whether the key is of an environment that there is. */
export function isKnownKey(key: string, names: Environments): boolean {
  return keyEnvironments(names).includes(partsOf(key).environment)
}
