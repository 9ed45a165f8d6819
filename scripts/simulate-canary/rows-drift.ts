import { driftRows } from './drift-rows.ts'
import type { Row } from './row.ts'

/** The drift watch: few alarms where nothing changes, and a change is found soon. */
export const drift: Row[] = driftRows.map(({ name, drift, within, runs }) => ({
  name,
  play: { drift },
  runs,
  claims: [within === undefined ? { of: 'alarms', atMost: 1 } : { of: 'foundWithin', hours: within }],
}))
