import { formatDuration } from '../../text/format.ts'
import { timeOfDay } from '../words/moments.ts'
import type { AppliedAnswer } from './answers.ts'

const named = 20

/**
 * `applied by 998 of 1000 instances in 84 ms; not yet: host-7; silent: host-9 (for 40 s, may serve the canary until
 * 02:11:30Z)`
 */
export function appliedText(applied: AppliedAnswer): string {
  const { total, incumbentsOnly, missing, silent, elapsedMs, uncounted } = applied
  if (total === 0) return 'no instance is connected; each applies it when it connects'
  const instances = total === 1 ? 'instance' : 'instances'
  const parts = [`applied by ${applied.applied} of ${total} ${instances} in ${formatDuration(elapsedMs)}`]
  if (incumbentsOnly > 0)
    parts.push(`${incumbentsOnly} ${incumbentsOnly === 1 ? 'serves' : 'serve'} the incumbent only, never a canary`)
  const live = withoutSilent(missing, silent)
  if (live.length > 0) parts.push(`not yet: ${listed(live)}`)
  if (silent.length > 0) parts.push(`silent: ${listed(silent.map(silentText))}`)
  if (uncounted) parts.push('there may be more: only a limited number of instances is counted for each token')
  return parts.join('; ')
}

type Silent = AppliedAnswer['silent'][number]

function silentText({ instance, silentMs, mayServeUntil }: Silent): string {
  const what =
    mayServeUntil === null
      ? 'serves the earlier version until it connects again'
      : `may serve the canary until ${timeOfDay(mayServeUntil)}`
  return `${instance} (for ${silenceText(silentMs)}, ${what})`
}

/** In whole seconds: it is known no better. */
export function silenceText(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : formatDuration(ms)
}

/** Namesakes are named once each: one of them may be silent and another not. */
function withoutSilent(missing: readonly string[], silent: readonly Silent[]): string[] {
  const left = [...missing]
  for (const { instance } of silent) if (left.includes(instance)) left.splice(left.indexOf(instance), 1)
  return left
}

function listed(names: readonly string[]): string {
  const more = names.length > named ? ` and ${names.length - named} more` : ''
  return `${names.slice(0, named).join(', ')}${more}`
}
