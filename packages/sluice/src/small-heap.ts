import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** From here on a suite is so large that its garbage matters more than the time to collect it. */
export const manyCases = 10_000

/**
 * On a machine with much memory V8 lets several hundred MB of garbage pile up before it collects. For a large suite the
 * heap is shrunk once and from then on kept near what is in use, at the price of more collections.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=25')
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

/** Two halves of 16 MB: more takes memory and saves next to nothing. */
const youngBytes = 32 * 1_048_576

/**
 * Under load V8 lets the space for young objects grow to 128 MB, and a process that lives long keeps them. Once it has
 * 32 MB it stays so. Returns how to stop looking.
 */
export function keepYoungSpaceSmall(checkMs = 500): () => void {
  const timer = setInterval(() => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    if ((young?.space_size ?? 0) < youngBytes) return
    setFlagsFromString('--semi-space-growth-factor=1')
    clearInterval(timer)
  }, checkMs).unref()
  return () => clearInterval(timer)
}
