import type { FeatureState } from '../../../../records/feature.ts'
import { formatAmount, formatCount } from '../../../../text/format.ts'
import type { ActPage } from '../../../pages/act.ts'
import { timeOfDay } from '../../../words/moments.ts'
import { appliedStates } from '../../instances/applied-states.ts'
import { isInstanceSilent, wallTime } from '../../instances/instance-states.ts'
import type { Services } from '../../services.ts'

/** Which instances a change would reach, and which it would not. */
export async function changeReach(services: Services, state: FeatureState): Promise<NonNullable<ActPage['reach']>> {
  const instances = (await appliedStates(services, state)).map(({ record }) => record)
  if (instances.length === 0)
    return { tone: 'unknown', text: 'No instance is connected: each gets the change when it connects.' }
  const silent = instances.filter((record) => isInstanceSilent(services, record))
  const live = instances.length - silent.length
  const sent = `It is sent to ${formatAmount(live, 'instance')} at once.`
  if (silent.length === 0) return { tone: 'good', text: sent }
  const until = silent.map((record) => wallTime(services, record.mayServeUntil)).reduce((a, b) => Math.max(a, b))
  const late = `${formatCount(silent.length)} more ${silent.length === 1 ? 'does' : 'do'} not report: what ${silent.length === 1 ? 'it serves' : 'they serve'} may be a canary until ${timeOfDay(until)} at the latest.`
  return { tone: 'watch', text: `${sent} ${late}` }
}
