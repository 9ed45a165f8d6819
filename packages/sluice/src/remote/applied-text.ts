import { formatDuration } from '../report/format.ts'
import type { AppliedAnswer } from './answers.ts'

const named = 20

/** `applied by 998 of 1000 instances in 84 ms; not yet: host-7, host-9` */
export function appliedText({ total, applied, missing, elapsedMs }: AppliedAnswer): string {
  if (total === 0) return 'no instance is connected; each applies it when it connects'
  const text = `applied by ${applied} of ${total} ${total === 1 ? 'instance' : 'instances'} in ${formatDuration(elapsedMs)}`
  if (missing.length === 0) return text
  const more = missing.length > named ? ` and ${missing.length - named} more` : ''
  return `${text}; not yet: ${missing.slice(0, named).join(', ')}${more}`
}
