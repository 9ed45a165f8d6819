import { z } from 'zod'
import { serve } from '../control/server/serve/serve.ts'
import { openNights } from '../gate/nightly/last-night.ts'
import { durationFlag } from './duration-flag.ts'
import type { Host } from './host.ts'

const flagsSchema = z.object({
  host: z.string(),
  port: z.int().min(0).max(65_535),
  data: z.string(),
  keepLog: z.string(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']),
})

/** `sluice serve`: runs the control plane until it is told to stop. */
export async function serveCommand(flags: unknown, host: Host): Promise<number> {
  const { keepLog, ...settings } = flagsSchema.parse(flags)
  await serve({ ...settings, keepLogMs: durationFlag('--keep-log', keepLog), openNights }, host)
  return 0
}
