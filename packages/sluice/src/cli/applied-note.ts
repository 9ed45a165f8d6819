import type { AppliedAnswer } from '../remote/answers.ts'
import { appliedText } from '../remote/applied-text.ts'
import { visibleData } from '../report/untrusted.ts'
import type { RemoteOptions } from './connect.ts'
import type { Host } from './host.ts'

/** Says how many instances have confirmed a change. Those that have not are a warning: the change stands. */
export function appliedNote(applied: AppliedAnswer | null, { json }: RemoteOptions, host: Host): void {
  if (!applied) return
  if (!json) host.stdout.write(`${appliedText(visibleData(applied))}\n`)
  if (applied.missing.length === 0) return
  host.stderr.write(
    `warning: ${applied.missing.length} of ${applied.total} instances may still serve the version before; sluice status shows them\n`,
  )
}
