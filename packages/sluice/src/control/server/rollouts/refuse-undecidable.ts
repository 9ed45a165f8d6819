import type { EndForecast } from '../../../records/rollout/end-chances.ts'
import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import type { VersionRecord } from '../../../records/version.ts'
import { formatSpan } from '../../../text/format.ts'
import { canDecide } from '../../plan/end-forecast.ts'
import { expectedTraffic, type GivenTraffic } from '../../plan/expected-traffic.ts'
import { hasJudge, isJudgedLive } from '../../release/capture.ts'
import { onUndecided, soakTimes } from '../../release/rollout-state.ts'
import { endForecastSentences, remedyText, undecidableText, unforetoldText } from '../../words/end-forecast-text.ts'
import { Problem } from '../http/problem.ts'
import type { Services } from '../services.ts'
import { isWithoutForecast, lateForecast } from './end-forecasts.ts'

interface Start {
  /** The key of the feature in the environment whose traffic it gets. */
  key: string
  version: VersionRecord
  settings: RolloutSettings
  judgePercent: number | null
  given: GivenTraffic
  /** The caller knows that it may end undecided. */
  accepted: boolean
}

type Forecasting = Pick<Services, 'endForecasts' | 'clock'>

/**
 * How a new rollout is expected to end, and what would help; null where the traffic is not known.
 * @throws Problem 503 where no forecast can be made
 */
async function ask({ endForecasts, clock }: Forecasting, { key, version, settings, judgePercent, given }: Start) {
  const { live } = version
  const traffic = await endForecasts.traffic(key)
  const feature = { traffic, live, isJudged: isJudgedLive(version) }
  const known = expectedTraffic(feature, given, judgePercent)
  if (!known) return null
  const measured = given.perDay === undefined ? traffic : null
  const start = clock.now()
  const question = { traffic: known.expected, measured, settings, start }
  const kept = [key, known.expected, measured?.until, settings]
  const found = await endForecasts.forecast({ feature: key, key: JSON.stringify(kept) }, question)
  if (typeof found === 'string') throw lateForecast()
  const { forecast, at } = found
  const asked = { feature, hasJudge: hasJudge(version), given, judgePercent, settings }
  // Two versions that are to expect the same may need different changes for it.
  const of = { feature: key, key: JSON.stringify([...kept, live, asked.hasJudge, judgePercent]) }
  const remedies = async () =>
    (await endForecasts.remedies(of, { asked, measured, start, without: forecast })).map((one) =>
      remedyText(one, settings),
    )
  return { forecast, at, remedies, isSilent: known.expected.requestsPerDay === 0 }
}

/**
 * How a new rollout is expected to end, for the audit log; null where that is not known.
 * @throws Problem 409 where it cannot decide and nobody has accepted that, 503 where nobody has and it is not known
 * since no forecast can be made
 */
export async function startForecast(services: Forecasting, start: Start): Promise<EndForecast | null> {
  const found = await ask(services, start).catch((error: unknown) => unlessAccepted(error, start))
  if (!found) return null
  if (start.accepted || canDecide(found.forecast, start.settings)) return found.forecast
  throw undecidable(undecidableText(found.forecast, found.isSilent), await found.remedies(), start.settings)
}

/**
 * Where no forecast is made a rollout starts all the same if somebody accepts that it may end undecided, or if time or
 * a person decides it.
 */
function unlessAccepted(error: unknown, { accepted, settings }: Pick<Start, 'accepted' | 'settings'>): null {
  if (!isWithoutForecast(error)) throw error
  if (accepted || onUndecided({ settings }) === undefined) return null
  const { details, headers } = error
  throw new Problem({ ...details, detail: `${details.detail} ${allTheSame}` }, { headers, cause: error })
}

/**
 * What a page says of how a rollout with these settings is expected to end; `undecidable`: why it would be refused
 * unless somebody accepts that it may end undecided.
 */
export async function expectedEnd(
  services: Forecasting,
  start: Omit<Start, 'accepted'>,
): Promise<{ sentences: string[]; undecidable: string | null }> {
  const { settings } = start
  try {
    const found = await ask(services, { ...start, accepted: false })
    if (!found) return { sentences: ['When it ends is not known: the log has too little traffic.'], undecidable: null }
    const { forecast, at } = found
    const sentences = endForecastSentences(forecast, settings, at)
    if (canDecide(forecast, settings)) return { sentences, undecidable: null }
    const help = (await found.remedies()).map((text) => `It would help: ${text}`)
    const told = help.length > 0 ? help : [nothingHelps(settings)]
    return { sentences: [...sentences, ...told], undecidable: undecidableText(forecast, found.isSilent) }
  } catch (error) {
    if (!isWithoutForecast(error)) throw error
    const undecidable = onUndecided({ settings }) === undefined ? null : unforetoldText
    return { sentences: [error.details.detail], undecidable }
  }
}

function nothingHelps(settings: RolloutSettings): string {
  const tried = 'None of the changes that were tried helps'
  const [soak, patience] = [soakTimes(settings), settings.patience]
  if (soak <= patience) return `${tried}: it takes more traffic, or a person who decides (advance: manual).`
  return `${tried}, and its soak times, ${formatSpan(soak)} together, are longer than its patience: it takes shorter ones and more traffic, or a person who decides (advance: manual).`
}

const allTheSame = 'To start it anyway: acceptUndecided: true (sluice rollout start --accept-undecided).'

function undecidable(why: string, remedies: readonly string[], settings: RolloutSettings): Problem {
  const help = remedies.length > 0 ? 'What would help stands below.' : nothingHelps(settings)
  const detail = `${why} ${help} ${allTheSame}`
  const errors = remedies.map((message) => ({ path: '/settings', message }))
  return new Problem({ status: 409, code: 'cannot-decide', detail, ...(errors.length > 0 && { errors }) })
}
