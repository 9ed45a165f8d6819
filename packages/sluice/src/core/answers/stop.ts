import { SluiceError } from '../../errors.ts'

/** Ends a run that was asked to stop. @throws SluiceError `interrupted` */
export function endIfStopped(stop: AbortSignal): void {
  if (!stop.aborted) return
  throw new SluiceError('interrupted', 'Stopped. Every answer paid for is kept: the same command goes on from there.')
}
