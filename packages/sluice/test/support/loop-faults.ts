import type { Clock } from '@sluice/client'
import { createFaultRegister, type LoopFaults } from '../../src/control/loops/loop-faults.ts'

/** The faults of one loop, each told as it happens. */
export function toldFaults(clock: Clock, onError: (error: unknown, waitMs: number) => void = () => {}): LoopFaults {
  return createFaultRegister({ clock, onError: (_, error, waitMs) => onError(error, waitMs) }).of('tested')
}
