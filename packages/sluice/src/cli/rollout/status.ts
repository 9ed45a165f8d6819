import type { RolloutAnswer } from '../../control/remote/answers.ts'
import type { RemoteControlPlane, RolloutAction } from '../../control/remote/remote-control-plane.ts'
import { rolloutText } from '../../control/remote/rollout-text.ts'
import { type AskedForecast, actOnRollout, forecastOf, pageOf, rolloutIdOf } from '../../control/remote/rollouts.ts'
import { visibleData } from '../../text/untrusted.ts'
import { approvalFlags, readFlags, remoteFlags, text } from '../flags.ts'
import type { Host } from '../host.ts'
import { printProposed } from '../release/approvals.ts'
import { connect, printDocument, type RemoteOptions } from '../session/connect.ts'

/** `sluice rollout status`: of a feature's running or last rollout, or of any by its id. */
export async function showRolloutCommand(which: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('rollout status', remoteFlags, given)
  const remote = connect(options, host)
  const rollout = await remote.rollout(await rolloutIdOf(remote, which))
  return show(remote, rollout, options, host, await forecastOf(remote, rollout))
}

/** `sluice rollout pause|resume|advance|promote|abort`; what needs approval is proposed. */
export async function changeRollout(
  action: RolloutAction,
  which: string,
  given: Record<string, unknown>,
  host: Host,
): Promise<number> {
  const flags = { ...remoteFlags, reason: text, ...approvalFlags }
  const { breakGlass, ...options } = readFlags(`rollout ${action}`, flags, given)
  const remote = connect(options, host)
  const result = await actOnRollout(remote, which, action, { ...options, breakGlass })
  return 'proposal' in result ? printProposed(result.proposal, options, host) : show(remote, result.made, options, host)
}

async function show(
  remote: RemoteControlPlane,
  rollout: RolloutAnswer,
  options: RemoteOptions,
  host: Host,
  forecast: AskedForecast | null = null,
): Promise<number> {
  const { versions } = await remote.feature(rollout.feature)
  const shown = forecast ? { ...rollout, forecast } : rollout
  printDocument(options, host, shown, (seen) =>
    rolloutText(seen, visibleData(versions), Date.now(), pageOf(seen, remote)),
  )
  return 0
}
