import { performance } from 'node:perf_hooks'

/** Returns, at each call, in which share of the time since the last one this thread was at work, in [0,1]. */
export function createThreadLoad(): () => number {
  let before = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    return utilization
  }
}
