import { logLevels } from '../../control/server/log.ts'
import { serve } from '../../control/server/serve/serve.ts'
import { SluiceError } from '../../errors.ts'
import { openNights } from '../../gate/nightly/history.ts'
import { oneOf, readFlags, set, text, time, wholeNumberFrom } from '../flags.ts'
import type { Host } from '../host.ts'

const serveFlags = {
  host: text,
  port: wholeNumberFrom(0, 65_535),
  data: text,
  publicUrl: text.optional(),
  keepLog: time,
  demo: set.default(false),
  open: set.default(false),
  logLevel: oneOf(logLevels),
}

/** `sluice serve`: runs the control plane until it is told to stop. */
export async function serveCommand(given: Record<string, unknown>, host: Host): Promise<number> {
  const { keepLog: keepLogMs, demo, open, ...settings } = readFlags('serve', serveFlags, given)
  if (open && !demo) throw new SluiceError('invalid-input', '--open is for --demo')
  if (demo) {
    const { serveDemo } = await import('../../control/demo/serve-demo.ts')
    const { openInBrowser } = await import('../report.ts')
    const show = (url: string) => openInBrowser(url, host.env)
    const { demoGate } = await import('../demo-gate.ts')
    const { host: address, port } = settings
    await serveDemo({ host: address, port, open: open ? show : undefined, gate: demoGate(host.cwd()) }, host)
    return 0
  }
  await serve({ ...settings, keepLogMs, openNights }, host)
  return 0
}
