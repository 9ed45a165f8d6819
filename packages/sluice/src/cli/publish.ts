import path from 'node:path'
import { publicationOf } from '../control/remote/publication.ts'
import { publishedText } from '../control/remote/published-text.ts'
import type { Prompt } from '../core/suite/prompt.ts'
import { selectFeature } from '../core/suite/select-feature.ts'
import { openGit } from '../gate/git/git.ts'
import { lastReport, namedReport } from '../gate/report/version-report.ts'
import type { Report } from '../records/report.ts'
import { connect, tell } from './connect.ts'
import { readFlags, remoteFlags, text } from './flags.ts'
import type { Host } from './host.ts'
import { openProject } from './open-project.ts'

const publishFlags = { ...remoteFlags, report: text.optional(), source: text.optional() }

/**
 * `sluice publish`: makes the version in the working tree known to the control plane, with the gate's last report on it.
 * Nothing is released by that. Exit 0, also without a passing report.
 */
export async function publishCommand(name: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('publish', publishFlags, given)
  const { prompts, config } = await openProject(host, () => false)
  const prompt = selectFeature(prompts, name)
  const { report: place } = options
  const report = place
    ? await namedReport(path.resolve(host.cwd(), place), prompt)
    : await lastReport(config.root, prompt)
  const source = options.source ?? (await commitOf(prompt, config.root, host))
  const version = await connect(options, host).publish(name, publicationOf(prompt, { config, report, source }))
  tell(options, host, version, (seen) => publishedText(name, seen))
  host.stderr.write(gateNote(report, name))
  return 0
}

/** The commit that is checked out; it says so where the prompt file has changed since. */
async function commitOf({ file }: Prompt, root: string, host: Host): Promise<string | null> {
  const git = await openGit(root, host.env)
  const head = await git?.head()
  if (!git || !head) return null
  return (await git.changedSince(head)).includes(git.prefix + file) ? `${head} with changes` : head
}

function gateNote(report: Report | null, name: string): string {
  const way = 'releasing it needs --override with a reason'
  if (!report) return `No report of sluice gate on this version was found: ${way}, or a publish after the gate.\n`
  const verdict = report.features.find(({ feature }) => feature === name)?.verdict
  return verdict === 'pass' ? `With the gate's pass, run ${report.runId}.\n` : `The gate said ${verdict}: ${way}.\n`
}
