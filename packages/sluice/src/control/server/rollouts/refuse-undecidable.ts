import type { EndForecast } from '../../../records/end-chances.ts'
import type { RolloutSettings } from '../../../records/rollout-settings.ts'
import type { VersionRecord } from '../../../records/version.ts'
import { canDecide } from '../../plan/end-forecast.ts'
import { expectedTraffic, type GivenTraffic } from '../../plan/expected-traffic.ts'
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

/** How a new rollout is expected to end; null where the traffic is not known. It is kept in the audit log. */
export async function startForecast(
  { endForecasts, clock }: Pick<Services, 'endForecasts' | 'clock'>,
  { version, settings, judgePercent, given, accepted }: Start,
): Promise<EndForecast | null> {
  const { feature, live } = version
  const traffic = await endForecasts.traffic(feature)
  const known = expectedTraffic({ traffic, live }, given, judgePercent)
  if (!known) return null
  const question = { traffic: known.expected, settings, start: clock.now() }
  const key = JSON.stringify([feature, known.expected, settings])
  const forecast = await endForecasts.forecast(key, question)
  if (accepted || !forecast || canDecide(forecast, settings)) return forecast
  const helpful = await endForecasts.remedies(key, question, forecast)
  throw undecidable(forecast, helpful.map(remedyText))
}

/** What a page says of how a rollout with these settings is expected to end. */
export async function tellEnd(
  services: Pick<Services, 'endForecasts' | 'clock'>,
  { version, settings }: Pick<Start, 'version' | 'settings'>,
): Promise<{ sentences: string[]; undecidable: string | null }> {
  const given = { perDay: undefined, users: undefined }
  const forecast = await startForecast(services, {
    version,
    settings,
    judgePercent: null,
    given,
    accepted: true,
  }).catch((error: unknown) => {
    if (error instanceof Problem) return null
    throw error
  })
  if (!forecast) return { sentences: ['When it ends is not known: the log has too little traffic.'], undecidable: null }
  return {
    sentences: endForecastSentences(forecast, services.clock.now()),
    undecidable: canDecide(forecast, settings) ? null : undecidableText(forecast),
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
