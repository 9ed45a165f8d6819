import path from 'node:path'
import { sleep } from '../core/providers/clock.ts'
import { createLeanFetch } from '../core/providers/http/lean-fetch.ts'
import { requireSuites } from '../core/suite/prompt/suites.ts'
import { bridgePlaces, keepBridges } from '../gate/nightly/judge-bridges.ts'
import { modelUses } from '../gate/retirements/model-uses.ts'
import { askShutdownDates } from '../gate/retirements/shutdown-dates.ts'
import { defaultBase, findNewDestinations } from '../gate/secrets/secret-destinations.ts'
import { commitHere, githubPlace, openPullRequest } from '../gate/upgrade/open-pull-request.ts'
import { planUpgrade } from '../gate/upgrade/plan-upgrade.ts'
import { upgrade } from '../gate/upgrade/upgrade.ts'
import { upgradeMarkdown, upgradeText } from '../gate/upgrade/upgrade-text.ts'
import { bridgeFile, proposedFiles, writeChanged } from '../gate/upgrade/write-models.ts'
import type { UpgradeReport } from '../records/report/upgrade-report.ts'
import { replaceFile } from '../replace-file.ts'
import { utcDay } from '../text/format.ts'
import { visibleText } from '../text/untrusted.ts'
import { readFlags, sessionFlags, set, text, texts, verdictFlags, wholeNumber } from './flags.ts'
import type { Host } from './host.ts'
import { openProject } from './session/open-project.ts'
import { inSession } from './session/with-session.ts'

const upgradeFlags = {
  ...sessionFlags,
  margin: verdictFlags.margin,
  from: text.optional(),
  to: texts.optional(),
  repeats: wholeNumber.optional(),
  write: set.optional(),
  pullRequest: set.optional(),
}

/** `sluice upgrade`: tries other models wherever one is used, proposes, and on demand writes the change. */
export async function upgradeCommand(given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('upgrade', upgradeFlags, given)
  const { env } = host
  const now = Date.now()
  const project = await openProject(host, undefined)
  const { config, prompts } = project
  const { root } = config
  const fetch = createLeanFetch({ env })
  const models = [...new Set(modelUses(prompts, config).map(({ model }) => model))]
  const { dates: endDates, notes } = await askShutdownDates([...models, ...(flags.to ?? [])], config, { env, fetch })
  const plan = planUpgrade(flags, project, { today: utcDay(now), endDates, notes })
  requireSuites(plan.prompts, flags.suite)
  const place = flags.pullRequest ? { ...(await githubPlace(root, env)), ...(await commitHere(root, env)) } : undefined
  const destinations = findNewDestinations(project, await defaultBase(project, host), flags, host)
  const found = await inSession({ command: 'upgrade', project, flags }, host, (context) =>
    upgrade(plan, { ...flags, now }, context),
  )
  const report = host.mask.data({ ...found, notes: [...destinations.map(({ message }) => message), ...found.notes] })
  if (flags.json) host.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  else {
    const again = {
      '--suite': flags.suite,
      '--repeats': flags.repeats,
      '--margin': flags.margin,
      '--budget-usd': flags.budgetUsd,
    }
    const isWritten = flags.write === true || place !== undefined
    host.stdout.write(upgradeText(report, host.stdout.columns ?? 120, { isWritten, flags: again }))
  }
  if (flags.reportDir !== undefined) await writeReport(path.resolve(host.cwd(), flags.reportDir), report)
  const bridges = report.judge?.candidates.flatMap((candidate) => candidate.bridges) ?? []
  await keepBridges(root, bridgePlaces.store, bridges)
  if (!flags.write && !place) return report.exitCode
  const proposed = await proposedFiles(root, report, plan.uses)
  if (proposed.length === 0) {
    host.stderr.write('Nothing was written: there is no proposal.\n')
    return report.exitCode
  }
  const changed = [...proposed, ...(await bridgeFile(root, report))]
  if (place) {
    const connection = { fetch, sleep, random: Math.random, now: Date.now }
    const address = await openPullRequest(place, { from: plan.from, report, changed }, connection)
    host.stderr.write(`Pull request: ${visibleText(address)}\n`)
  }
  if (flags.write) {
    await writeChanged(root, changed)
    const written = visibleText(changed.map(({ file }) => file).join(', '))
    host.stderr.write(`Written: ${written}. Read the difference, then run sluice gate.\n`)
  }
  return report.exitCode
}

async function writeReport(folder: string, report: UpgradeReport): Promise<void> {
  await replaceFile(path.join(folder, 'upgrade.json'), async (sink) =>
    sink.write(`${JSON.stringify(report, undefined, 2)}\n`),
  )
  await replaceFile(path.join(folder, 'upgrade.md'), async (sink) => sink.write(upgradeMarkdown(report)))
}
