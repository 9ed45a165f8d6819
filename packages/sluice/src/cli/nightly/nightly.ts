import path from 'node:path'
import { createLeanFetch } from '../../core/providers/http/lean-fetch.ts'
import { requireSuites } from '../../core/suite/prompt/suites.ts'
import { openGit } from '../../gate/git/git.ts'
import { nightOf, nightSchema } from '../../gate/nightly/night.ts'
import { nightSuite } from '../../gate/nightly/night-plan.ts'
import { judgeableInProduction, runNight } from '../../gate/nightly/nightly.ts'
import { createNotifyNight } from '../../gate/nightly/notify-channels.ts'
import { trendSvg } from '../../gate/nightly/trend-svg.ts'
import { endsByProviders } from '../../gate/retirements/ending-models.ts'
import { requireModels } from '../../gate/run/start-run.ts'
import { defaultBase, findNewDestinations } from '../../gate/secrets/secret-destinations.ts'
import { replaceFile } from '../../replace-file.ts'
import { readFlags, sessionFlags, set, verdictFlags } from '../flags.ts'
import type { Host } from '../host.ts'
import { openPartlySound } from '../session/open-project.ts'
import { withSession } from '../session/with-session.ts'

const nightlyFlags = {
  ...sessionFlags,
  ...verdictFlags,
  night: nightSchema.optional(),
  newReference: set.optional(),
  /** `--no-notify` makes it false. */
  notify: set,
}

/** `sluice nightly`: every feature in production, asked anew and compared with the nights before. */
export async function nightly(given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('nightly', nightlyFlags, given)
  const { night = nightOf(Date.now()) } = flags
  const project = await openPartlySound(
    host,
    // Which suite a night runs is known only with the configuration, so all are read.
    flags.suite === undefined ? undefined : (prompt, suite) => suite === nightSuite(prompt, flags.suite),
  )
  const { config } = project
  const judgeable = judgeableInProduction(project, host.stderr)
  requireSuites(judgeable.prompts, flags.suite)
  requireModels(judgeable.prompts, config)
  const { env } = host
  const fetch = createLeanFetch({ env })
  const { notes, findings: ends } = await endsByProviders(project, { env, now: Date.now(), fetch })
  for (const note of notes) host.stderr.write(`${note}\n`)
  const git = await openGit(config.root, host.env)
  const surroundings = {
    ends,
    destinations: findNewDestinations(project, await defaultBase(project, host, async () => git), flags, host),
    git,
    notify: createNotifyNight(flags.notify ? config : { ...config, notify: [] }, host),
    mask: host.mask,
  }
  const request = {
    command: 'nightly' as const,
    project,
    flags: { ...flags, budgetUsd: flags.budgetUsd ?? config.nightly?.budgetUsd },
    edition: `night ${night}`,
  }
  const { conclusion, judged } = await withSession(request, host, (context) =>
    runNight(judgeable, { ...flags, night }, surroundings, context),
  )
  if (flags.reportDir !== undefined) {
    const features = judged.map(({ summary, nightly: { trend } }) => ({ feature: summary.feature, trend }))
    const file = path.join(path.resolve(host.cwd(), flags.reportDir), 'nightly.svg')
    await replaceFile(file, async (sink) => sink.write(trendSvg(features)))
  }
  return conclusion.exitCode
}
