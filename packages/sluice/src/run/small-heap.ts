import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** From here on a run lasts long enough for its garbage to matter more than the time to collect it. */
const manyCases = 10_000

/**
 * On a machine with much memory V8 lets several hundred MB of garbage pile up before it collects. For a large suite the
 * heap is shrunk once and then kept near what is in use, at the price of more collections.
 */
export function keepHeapSmall(cases: number): void {
  if (cases < manyCases) return
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=50')
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
