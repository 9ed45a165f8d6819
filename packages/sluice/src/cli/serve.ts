import { serve } from '../control/server/serve/serve.ts'
import { openNights } from '../gate/nightly/last-night.ts'
import { oneOf, readFlags, text, time, wholeNumberFrom } from './flags.ts'
import type { Host } from './host.ts'

const serveFlags = {
  host: text,
  port: wholeNumberFrom(0, 65_535),
  data: text,
  publicUrl: text.optional(),
  keepLog: time,
  logLevel: oneOf(['debug', 'info', 'warn', 'error']),
}

/** `sluice serve`: runs the control plane until it is told to stop. */
export async function serveCommand(given: Record<string, unknown>, host: Host): Promise<number> {
  const { keepLog: keepLogMs, ...settings } = readFlags('serve', serveFlags, given)
  await serve({ ...settings, keepLogMs, openNights }, host)
  return 0
}
