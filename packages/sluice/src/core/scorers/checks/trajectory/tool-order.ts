import type { ToolOrderCheck } from '../../../suite/checks/check-spec.ts'
import { CheckError } from '../check-error.ts'
import { type CheckScore, type Measure, passOrFail } from '../measure.ts'
import { calledInstead, callPlace, caseNote, gotCall, type PlacedCall, reportedSteps } from './calls.ts'
import { deviationOf, isMatch, type ReadyCall, readyCall } from './expected-call.ts'
import { absence } from './tool-calls.ts'

/** One expected step: calls that one message makes together, and its place in the order for messages. */
interface Expected {
  calls: ReadyCall[]
  /** `refund (2 of 3)` */
  shown: string
}

/**
 * Compares the calls with an expected order. Each expected step is one message of the assistant: what was called
 * together was called before any result was known, so one call does not follow from another of the same message.
 */
export function measureToolOrder({ type, value }: ToolOrderCheck, strict: boolean): Measure {
  const compare = { inOrder, exact, anyOrder }[value.mode ?? 'inOrder']
  return (subject) => {
    const steps = reportedSteps(subject, type).filter((calls) => calls.length > 0)
    const expected = value.steps.map((step, index): Expected => {
      const names = step.map(({ name }) => name).join(' and ')
      return {
        calls: step.map((call) => readyCall(call, subject.case, strict)),
        shown: `${names}${step.length > 1 ? ' together' : ''} (${index + 1} of ${value.steps.length})`,
      }
    })
    const found = compare(steps, expected)
    if (found.score === 1) return found
    const names = value.steps.flatMap((step) => step.map(({ name }) => name))
    return { ...found, reason: `${found.reason}${caseNote(steps.flat(), names)}` }
  }
}

/** Which calls of a message are those of an expected step; undefined where one of them is lacking. */
function fit(calls: readonly PlacedCall[], { calls: wanted }: Expected): number[] | undefined {
  const found = assign(wanted.length, (slot) => matchesOf(wanted[slot], calls))
  return found.includes(undefined) ? undefined : (found as number[])
}

function matchesOf(wanted: ReadyCall | undefined, calls: readonly PlacedCall[]): number[] {
  return calls.flatMap((placed, index) => (wanted !== undefined && isMatch(placed, wanted) ? [index] : []))
}

const asWanted = (steps: readonly PlacedCall[][]) => passOrFail(true, `${calledInstead(steps.flat())}, as wanted`)

/** Takes for each expected step the first message after the one before; no other choice leaves more for the rest. */
function inOrder(steps: readonly PlacedCall[][], expected: readonly Expected[]): CheckScore {
  const early = new Map<string, string>()
  let next = 0
  let last: PlacedCall | undefined
  let after: PlacedCall | undefined
  for (const calls of steps) {
    const wanted = expected[next]
    if (wanted === undefined) break
    const taken = fit(calls, wanted)
    for (const [index, placed] of calls.entries()) {
      if (taken?.includes(index)) continue
      const note = taken ? togetherNote(placed, wanted) : outOfOrder(placed, wanted)
      if (!early.has(placed.call.name)) early.set(placed.call.name, note)
    }
    if (taken === undefined) after ??= calls[0]
    else {
      next += 1
      last = calls[Math.max(...taken)]
      after = undefined
    }
  }
  const missing = expected[next]
  if (missing === undefined) return asWanted(steps)
  const [wrong] = missing.calls.flatMap(({ name }) => early.get(name) ?? [])
  const lacking = `${missing.shown} was not called${last ? ` after ${callPlace(last)}` : ''}`
  if (wrong !== undefined) return passOrFail(false, `${wrong}; ${lacking}`)
  if (after !== undefined) return passOrFail(false, `${gotCall(after)}, expected ${missing.shown}; ${lacking}`)
  return passOrFail(false, `${lacking}; ${last === undefined ? 'nothing was called' : 'nothing more was called'}`)
}

function togetherNote(placed: PlacedCall, wanted: Expected): string {
  return `${gotCall(placed)} together with ${wanted.shown}, before its result was known`
}

function outOfOrder(placed: PlacedCall, { calls, shown }: Expected): string {
  const same = calls.find(({ name }) => name === placed.call.name)
  if (same === undefined || isMatch(placed, same)) return `${gotCall(placed)}, expected ${shown}`
  return deviationOf(placed, same)
}

/** Compares message by message; both sides must come to their ends together. */
function exact(steps: readonly PlacedCall[][], expected: readonly Expected[]): CheckScore {
  for (const [index, calls] of steps.entries()) {
    const wanted = expected[index]
    if (wanted === undefined) return passOrFail(false, `${first(calls)}, expected no more calls`)
    if (calls.length === wanted.calls.length && fit(calls, wanted) !== undefined) continue
    return passOrFail(false, stepDeviation(calls, wanted))
  }
  const missing = expected[steps.length]
  if (missing === undefined) return asWanted(steps)
  const last = steps.at(-1)?.at(-1)
  return passOrFail(
    false,
    `expected ${missing.shown}${last ? ` after ${callPlace(last)}` : ''}, and nothing more was called`,
  )
}

function first(calls: readonly PlacedCall[]): string {
  return calls[0] === undefined ? 'got nothing' : gotCall(calls[0])
}

/** The first call of a message that is none of the expected ones, or the one that lacks. */
function stepDeviation(calls: readonly PlacedCall[], wanted: Expected): string {
  const taken = assign(wanted.calls.length, (slot) => matchesOf(wanted.calls[slot], calls))
  const odd = calls.find((_, index) => !taken.includes(index))
  const open = wanted.calls.filter((_, slot) => taken[slot] === undefined)
  if (odd === undefined) {
    return `${first(calls)}, expected ${open.map(({ name }) => name).join(' and ')} in the same message: ${wanted.shown}`
  }
  const closest = open.find(({ name }) => name === odd.call.name)
  if (closest !== undefined) return `${deviationOf(odd, closest)}; expected ${wanted.shown}`
  if (open.length > 0) return `${gotCall(odd)}, expected ${wanted.shown}`
  return `${gotCall(odd)} in the same message, expected ${wanted.shown} alone`
}

/** How many ways to place calls that are made together are tried before the check gives up. */
const mostWays = 500

/** Each expected step has calls of its own. Only a step of several calls must find them in one message. */
function anyOrder(steps: readonly PlacedCall[][], expected: readonly Expected[]): CheckScore {
  const calls = steps.flat()
  const groups = expected.map((wanted) => (wanted.calls.length > 1 ? steps.filter((own) => fit(own, wanted)) : [calls]))
  const lost = groups.findIndex((places) => places.length === 0)
  const [missing] = expected.slice(lost)
  if (lost >= 0 && missing) return passOrFail(false, groupAbsence(missing, calls))
  const slots = expected.flatMap(({ calls: own }, step) => own.map((call) => ({ call, step })))
  let tried = 0
  let best: (number | undefined)[] | undefined
  for (const places of choices(groups)) {
    if (tried++ === mostWays) {
      throw new CheckError(
        'toolOrder: there are too many ways to place calls that are made together; name their arguments, or check each list by itself',
      )
    }
    const placed = assign(slots.length, (slot) => {
      const own = places[slots[slot]?.step ?? 0] ?? []
      return matchesOf(slots[slot]?.call, own).map((index) => (own[index]?.number ?? 0) - 1)
    })
    if (!placed.includes(undefined)) return asWanted(steps)
    best ??= placed
  }
  const open = slots[best?.indexOf(undefined) ?? 0]
  if (open === undefined) throw new Error('an order without steps')
  const isSame = ({ call }: (typeof slots)[number]) => call.name === open.call.name
  const min = slots.filter(isSame).length
  const found = slots.filter((slot, index) => isSame(slot) && best?.[index] !== undefined).length
  return passOrFail(false, `${absence(open.call, calls, { found, min })}; ${expected[open.step]?.shown} is lacking`)
}

function groupAbsence({ calls: wanted, shown }: Expected, calls: readonly PlacedCall[]): string {
  const lacking = wanted.find((one) => !calls.some((placed) => isMatch(placed, one)))
  if (lacking !== undefined) return `${absence(lacking, calls, { found: 0, min: 1 })}; ${shown} is lacking`
  const early = calls.find((placed) => wanted.some((one) => isMatch(placed, one)))
  return `${early ? gotCall(early) : 'got nothing'} by itself, expected ${shown} in one message`
}

/** Every choice of one item of each list. */
function* choices<T>(lists: readonly T[][], chosen: readonly T[] = []): Generator<readonly T[]> {
  const [own, ...others] = lists
  if (own === undefined) yield chosen
  else for (const item of own) yield* choices(others, [...chosen, item])
}

/**
 * Gives each slot an item of its own, of those that fit it; undefined for the slots that get none. As many slots as
 * possible get one (Kuhn 1955, by augmenting paths).
 */
function assign(slots: number, fitting: (slot: number) => readonly number[]): (number | undefined)[] {
  const takenBy = new Map<number, number>()
  const known = new Map<number, readonly number[]>()
  const itemsFor = (slot: number) => {
    const found = known.get(slot) ?? fitting(slot)
    known.set(slot, found)
    return found
  }
  const place = (slot: number, seen: Set<number>): boolean => {
    for (const item of itemsFor(slot)) {
      if (seen.has(item)) continue
      seen.add(item)
      const holder = takenBy.get(item)
      if (holder !== undefined && !place(holder, seen)) continue
      takenBy.set(item, slot)
      return true
    }
    return false
  }
  const all = Array.from({ length: slots }, (_, slot) => slot)
  for (const slot of all) place(slot, new Set())
  const items = new Map([...takenBy].map(([item, slot]) => [slot, item]))
  return all.map((slot) => items.get(slot))
}
