import type { AppliedAnswer } from '../control/remote/answers.ts'
import { appliedText } from '../control/remote/applied-text.ts'
import { visibleData } from '../text/untrusted.ts'
import type { RemoteOptions } from './connect.ts'
import type { Host } from './host.ts'

/** Says how many instances have confirmed a change. Those that have not are a warning: the change stands. */
export function appliedNote(
  applied: AppliedAnswer | null,
  { json, waitMs }: RemoteOptions & { waitMs: number },
  host: Host,
): void {
  if (!applied) {
    if (waitMs > 0)
      host.stderr.write('warning: recorded, but who has applied it could not be read; sluice status shows it\n')
    return
  }
  if (!json) host.stdout.write(`${appliedText(visibleData(applied))}\n`)
  if (applied.missing.length === 0) return
  host.stderr.write(
    `warning: ${applied.missing.length} of ${applied.total} ${applied.total === 1 ? 'instance' : 'instances'} may still serve the version before; sluice status shows them\n`,
  )
}
