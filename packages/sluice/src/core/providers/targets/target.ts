import type { Target } from '../../suite/prompt/target.ts'
import { sleep, steadyNow } from '../clock.ts'
import { createLimiter } from '../limits/concurrency.ts'
import { createCommandTarget } from './command-target.ts'
import { createHttpTarget } from './http-target.ts'
import { createModuleTarget } from './module-target.ts'
import { createServedTarget } from './served-target.ts'
import type { OpenTarget, TargetCall, TargetOptions } from './target-call.ts'

export type { OpenTarget, TargetCall, TargetOptions } from './target-call.ts'

/**
 * Makes the call of a target. HTTP is retried like a provider; a command or a function runs once for each case. No more
 * calls run at once than the target allows. Whoever opens it closes it.
 */
export function createTarget(target: Target, options: TargetOptions): OpenTarget {
  const opened = openTarget(target, options)
  if (target.concurrency === undefined) return opened
  const limiter = createLimiter({ cap: target.concurrency, clock: steadyNow, sleep })
  const limited: TargetCall = async (vars, context) => {
    const slot = await limiter.acquire(context.signal)
    try {
      return await opened(vars, context)
    } finally {
      slot.release('ok')
    }
  }
  return Object.assign(limited, { open: opened.open, close: opened.close })
}

function openTarget(target: Target, options: TargetOptions): OpenTarget {
  switch (target.kind) {
    case 'http':
      return target.start
        ? createServedTarget(target, target.start, options)
        : alwaysOpen(createHttpTarget(target, options))
    case 'command':
      return createCommandTarget(target, options)
    case 'module':
      return createModuleTarget(target, options)
  }
}

/** A target for which nothing has to run between two calls. */
function alwaysOpen(call: TargetCall): OpenTarget {
  return Object.assign(call, { open: async () => undefined, close: async () => undefined })
}
