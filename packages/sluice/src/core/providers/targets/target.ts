import type { Target } from '../../suite/prompt/target.ts'
import { createCommandTarget } from './command-target.ts'
import { createHttpTarget } from './http-target.ts'
import { createModuleTarget } from './module-target.ts'
import type { TargetCall, TargetOptions } from './target-call.ts'

export type { TargetCall, TargetOptions } from './target-call.ts'

/** Makes the call of a target. HTTP is retried like a provider; a command or a function runs once for each case. */
export function createTarget(target: Target, options: TargetOptions): TargetCall {
  switch (target.kind) {
    case 'http':
      return createHttpTarget(target, options)
    case 'command':
      return createCommandTarget(target, options)
    case 'module':
      return createModuleTarget(target, options)
  }
}
