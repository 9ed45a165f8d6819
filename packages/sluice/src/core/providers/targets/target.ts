import { SluiceError } from '../../../errors.ts'
import type { Target } from '../../suite/prompt/target.ts'
import { sleep, steadyNow } from '../clock.ts'
import { createLimiter } from '../limits/concurrency.ts'
import { createCommandTarget } from './command-target.ts'
import { createHttpTarget } from './http-target.ts'
import { createModuleTarget } from './module-target.ts'
import type { TargetCall, TargetOptions } from './target-call.ts'

export type { TargetCall, TargetOptions } from './target-call.ts'

/**
 * Makes the call of a target. HTTP is retried like a provider; a command or a function runs once for each case. No more
 * calls run at once than the target allows.
 */
export function createTarget(target: Target, options: TargetOptions): TargetCall {
  const call = callOf(target, options)
  if (target.concurrency === undefined) return call
  const limiter = createLimiter({ cap: target.concurrency, clock: steadyNow, sleep })
  return async (vars, context) => {
    const slot = await limiter.acquire(context.signal)
    try {
      return await call(vars, context)
    } finally {
      slot.release('ok')
    }
  }
}

function callOf(target: Target, options: TargetOptions): TargetCall {
  switch (target.kind) {
    case 'http':
      if (target.start) throw new SluiceError('cannot-run', 'target.start: servers cannot be started yet')
      return createHttpTarget(target, options)
    case 'command':
      return createCommandTarget(target, options)
    case 'module':
      return createModuleTarget(target, options)
  }
}
