import type { EndForecast } from '../../../records/end-chances.ts'
import type { RolloutSettings } from '../../../records/rollout-settings.ts'
import type { VersionRecord } from '../../../records/version.ts'
import { canDecide } from '../../plan/end-forecast.ts'
import { expectedTraffic, type GivenTraffic } from '../../plan/expected-traffic.ts'
import { isJudgedLive } from '../../release/capture.ts'
import { endForecastSentences, remedyText, undecidableText } from '../../words/end-forecast-text.ts'
import { Problem } from '../http/problem.ts'
import type { Services } from '../services.ts'

interface Start {
  version: VersionRecord
  settings: RolloutSettings
  judgePercent: number | null
  given: GivenTraffic
  /** The caller knows that it may end undecided. */
  accepted: boolean
}

type Forecasting = Pick<Services, 'endForecasts' | 'clock'>

/** How a new rollout is expected to end, and what would help; null where the traffic is not known. */
async function ask({ endForecasts, clock }: Forecasting, { version, settings, judgePercent, given }: Start) {
  const { feature, live } = version
  const foretold = await endForecasts.traffic(feature)
  const known = expectedTraffic({ ...foretold, live, isJudged: isJudgedLive(version) }, given, judgePercent)
  if (!known) return null
  const question = { traffic: known.expected, settings, start: clock.now() }
  const { course, ...expected } = known.expected
  const key = JSON.stringify([feature, expected, course?.until, settings])
  const forecast = await endForecasts.forecast(key, question)
  if (!forecast) return null
  const remedies = async () => (await endForecasts.remedies(key, question, forecast)).map(remedyText)
  return { forecast, remedies }
}

/**
 * How a new rollout is expected to end, for the audit log; null where that is not known.
 * @throws Problem 409 where it cannot decide and nobody has accepted that
 */
export async function startForecast(services: Forecasting, start: Start): Promise<EndForecast | null> {
  const found = await ask(services, start)
  if (!found) return null
  if (start.accepted || canDecide(found.forecast, start.settings)) return found.forecast
  throw undecidable(found.forecast, await found.remedies())
}

/** What a page says of how a rollout with these settings is expected to end; `undecidable` where it would be refused. */
export async function tellEnd(
  services: Forecasting,
  { version, settings, judgePercent }: Pick<Start, 'version' | 'settings' | 'judgePercent'>,
): Promise<{ sentences: string[]; undecidable: string | null }> {
  const given = { perDay: undefined, users: undefined }
  try {
    const found = await ask(services, { version, settings, judgePercent, given, accepted: false })
    if (!found) return { sentences: ['When it ends is not known: the log has too little traffic.'], undecidable: null }
    const { forecast } = found
    const sentences = endForecastSentences(forecast, services.clock.now())
    if (canDecide(forecast, settings)) return { sentences, undecidable: null }
    const help = (await found.remedies()).map((text) => `It would help: ${text}`)
    return { sentences: [...sentences, ...help], undecidable: undecidableText(forecast) }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { sentences: [error.details.detail], undecidable: null }
  }
}

function undecidable(forecast: EndForecast, remedies: readonly string[]): Problem {
  const help =
    remedies.length > 0
      ? 'What would help stands below.'
      : 'None of the changes that were tried helps: it takes more traffic, or a person who decides (advance: manual).'
  const detail = `${undecidableText(forecast)} ${help} To start it all the same: acceptUndecided: true (sluice rollout start --accept-undecided).`
  const errors = remedies.map((message) => ({ path: '/settings', message }))
  return new Problem({ status: 409, code: 'cannot-decide', detail, ...(errors.length > 0 && { errors }) })
}
