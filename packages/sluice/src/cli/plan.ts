import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { planCanary } from '../control/plan/plan-canary.ts'
import { measuredIn, requestedSettings, requestedTraffic } from '../control/plan/plan-request.ts'
import { planSvg } from '../control/plan/plan-svg.ts'
import { planText } from '../control/plan/plan-text.ts'
import { selectFeature } from '../core/suite/project/select-feature.ts'
import { SluiceError } from '../errors.ts'
import { readReport } from '../gate/report/report-file.ts'
import { defaultLiveSettings, defaultRolloutSettings } from '../records/rollout-settings.ts'
import { commaSeparated, percent, positive, properShare, readFlags, set, text } from './flags.ts'
import type { Host } from './host.ts'
import { openProject } from './session/open-project.ts'

const planFlags = {
  requestsPerDay: positive,
  users: positive.optional(),
  usersPerDay: positive.optional(),
  stages: commaSeparated(percent).optional(),
  soak: commaSeparated(text).optional(),
  judgePercent: percent.optional(),
  judgeUsd: positive.optional(),
  errorRate: properShare,
  scoreSd: properShare.optional(),
  fromReport: text.optional(),
  alpha: properShare.optional(),
  flagMargin: properShare.optional(),
  svg: text.optional(),
  json: set.optional(),
}

/** `sluice plan canary`: what a canary on this traffic can detect. No model is called. Exit 0. */
export async function planCanaryCommand(
  feature: string | undefined,
  given: Record<string, unknown>,
  host: Host,
): Promise<number> {
  const { fromReport, svg, json, ...request } = readFlags('plan canary', planFlags, given)
  const known =
    feature === undefined
      ? { rollout: defaultRolloutSettings, live: defaultLiveSettings }
      : selectFeature((await openProject(host, () => false)).prompts, feature)
  const measured =
    fromReport === undefined
      ? undefined
      : measuredIn(await readReport(path.resolve(host.cwd(), fromReport)), feature, fromReport)
  const plan = planCanary(requestedTraffic(request, known.live, measured), requestedSettings(known.rollout, request))
  if (svg !== undefined) await writePicture(path.resolve(host.cwd(), svg), planSvg(plan))
  host.stdout.write(json ? `${JSON.stringify(plan, undefined, 2)}\n` : planText(plan, host.stdout.columns))
  return 0
}

async function writePicture(file: string, picture: string): Promise<void> {
  await writeFile(file, picture).catch((cause: Error) => {
    throw new SluiceError('cannot-run', `${file}: cannot be written: ${cause.message}`, { cause })
  })
}
