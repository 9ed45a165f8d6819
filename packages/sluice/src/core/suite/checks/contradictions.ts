import type { CheckSpec } from './check-spec.ts'

/** A check that cannot hold together with one before it. */
export interface Contradiction {
  /** The place of the later one in the list. */
  index: number
  message: string
}

/**
 * Checks of calls that no trajectory meets together: a tool that must be called and must not be, an order with more
 * calls than are allowed.
 */
export function contradictions(specs: readonly CheckSpec[]): Contradiction[] {
  const found: Contradiction[] = []
  for (const [index, later] of specs.entries()) {
    for (const earlier of specs.slice(0, index)) {
      const reason = conflict(earlier, later) ?? conflict(later, earlier)
      if (reason !== undefined) found.push({ index, message: `contradicts the check ${earlier.name}: ${reason}` })
    }
  }
  return found
}

/** Why the first check, which asks for calls, cannot hold together with the second, which limits them. */
function conflict(asking: CheckSpec, limiting: CheckSpec): string | undefined {
  const names = askedNames(asking)
  const refused = names.find((name) => refuses(limiting, name))
  if (refused !== undefined) return `${refused} must be called and must not be`
  if (asking.type !== 'toolOrder') return undefined
  const { steps, mode } = asking.value
  if (limiting.type === 'maxSteps' && mode !== 'anyOrder' && steps.length > limiting.value) {
    return `${steps.length} calls one after the other take more than ${limiting.value} steps`
  }
  if (limiting.type !== 'toolCalled' || limiting.value.args !== undefined) return undefined
  const { name, max = Number.POSITIVE_INFINITY } = limiting.value
  const count = names.filter((each) => each === name).length
  return count > max ? `${name} must be called ${count} times and at most ${max}` : undefined
}

/** The tools that a check wants to be called, each as often as it must be. */
function askedNames(spec: CheckSpec): string[] {
  if (spec.type === 'toolOrder') return spec.value.steps.flat().map(({ name }) => name)
  if (spec.type !== 'toolCalled') return []
  const { name, min, max } = spec.value
  return (min ?? (max === 0 ? 0 : 1)) > 0 ? [name] : []
}

function refuses(spec: CheckSpec, name: string): boolean {
  if (spec.type === 'noToolCalled') return spec.value === true || [spec.value].flat().includes(name)
  if (spec.type === 'onlyTools') return !spec.value.includes(name)
  return spec.type === 'toolCalled' && spec.value.name === name && spec.value.max === 0 && spec.value.args === undefined
}
