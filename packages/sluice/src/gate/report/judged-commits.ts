import type { ReportSummary } from '../../records/report/report.ts'
import { formatAmount } from '../../text/format.ts'

const shown = 12

/**
 * What was judged and against which commit, e.g. `528a0c1d2e3f compared with a1b2c3d4e5f6`, or
 * `working tree (528a0c1d2e3f + 3 changed files) compared with 528a0c1d2e3f`. Undefined outside of git.
 */
export function judgedCommits({ git }: Pick<ReportSummary, 'git'>): string | undefined {
  if (!git) return undefined
  const { head, base, uncommitted = 0 } = git
  const short = (commit: string) => commit.slice(0, shown)
  const changed = uncommitted === 0 ? '' : ` + ${formatAmount(uncommitted, 'changed file')}`
  const judged =
    head === null
      ? 'working tree without a commit'
      : changed === ''
        ? short(head)
        : `working tree (${short(head)}${changed})`
  if (base === null) return judged
  return `${judged} compared with ${base === head && changed === '' ? 'itself' : short(base)}`
}
