import { setTimeout as wait } from 'node:timers/promises'
import type { ControlPlane } from '../remote/control-plane.ts'
import { RefusalError } from '../remote/refusal.ts'
import { type StatusOf, statusText } from '../remote/status-text.ts'
import { visibleData, visibleJson } from '../report/untrusted.ts'
import { connect, type RemoteOptions, tell } from './connect.ts'
import type { Host } from './host.ts'
import { clearScreen } from './visible-output.ts'

const everyMs = 1000

/** `sluice status`: what everybody gets, rollouts, instances; with `watch` until Ctrl-C, printed whenever it changed. */
export async function status(options: RemoteOptions & { watch?: boolean }, host: Host): Promise<number> {
  const remote = connect(options, host)
  if (options.watch) return watch(remote, options, host)
  const now = await statusOf(remote)
  tell(options, host, now, (seen) => statusText(seen, Date.now()))
  return 0
}

async function watch(remote: ControlPlane, options: RemoteOptions, host: Host): Promise<number> {
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  host.on('SIGINT', onSignal)
  host.on('SIGTERM', onSignal)
  let shown = ''
  while (!stop.signal.aborted) {
    const now = await statusOf(remote)
    const text = options.json ? `${visibleJson(JSON.stringify(now))}\n` : statusText(visibleData(now), Date.now())
    if (text !== shown && host.stdout.isTTY && !options.json) host.stdout.write(clearScreen)
    if (text !== shown) host.stdout.write(text)
    shown = text
    await wait(everyMs, undefined, { signal: stop.signal }).catch(() => undefined)
  }
  host.off('SIGINT', onSignal)
  host.off('SIGTERM', onSignal)
  return 0
}

async function statusOf(remote: ControlPlane): Promise<StatusOf> {
  const [features, instances, { failing, unnamed }] = await Promise.all([
    remote.features(),
    remote.instances().catch(unlessForbidden),
    // A replica that is not ready says so to whoever routes to it; what it serves is shown all the same.
    remote.failing().catch(() => ({ failing: [], unnamed: 0 })),
  ])
  return { features, instances, failing, unnamed }
}

function unlessForbidden(error: unknown): null {
  if (error instanceof RefusalError && error.status === 403) return null
  throw error
}
