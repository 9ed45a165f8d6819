import { setTimeout as wait } from 'node:timers/promises'
import type { RemoteControlPlane } from '../../control/remote/remote-control-plane.ts'
import { statusOf, statusText } from '../../control/remote/status.ts'
import { visibleData, visibleJson } from '../../text/untrusted.ts'
import { readFlags, remoteFlags, set } from '../flags.ts'
import { clearScreen, type Host } from '../host.ts'
import { connect, printDocument, type RemoteOptions } from '../session/connect.ts'
import { listenForStop } from '../session/interrupt.ts'

const everyMs = 1000

/**
 * `sluice status`: what everybody gets, rollouts, instances; with `watch` until Ctrl-C, printed whenever it changed.
 */
export async function status(given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('status', { ...remoteFlags, watch: set.optional() }, given)
  const remote = connect(options, host)
  if (options.watch) return watch(remote, options, host)
  const now = await statusOf(remote)
  printDocument(options, host, now, (seen) => statusText(seen, Date.now()))
  return 0
}

async function watch(remote: RemoteControlPlane, options: RemoteOptions, host: Host): Promise<number> {
  const stop = listenForStop(host)
  let shown = ''
  try {
    while (!stop.signal.aborted) {
      const now = await statusOf(remote)
      const text = options.json ? `${visibleJson(JSON.stringify(now))}\n` : statusText(visibleData(now), Date.now())
      if (text !== shown && host.stdout.isTTY && !options.json) host.stdout.write(clearScreen)
      if (text !== shown) host.stdout.write(text)
      shown = text
      await wait(everyMs, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  } finally {
    stop.dispose()
  }
  return 0
}
