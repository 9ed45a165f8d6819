import path from 'node:path'
import { publicationOf } from '../../control/remote/publication.ts'
import { gateNote, publishedText } from '../../control/remote/published-text.ts'
import { selectFeature } from '../../core/suite/project/select-feature.ts'
import { publishedFrom } from '../../gate/git/published-from.ts'
import { lastReport, namedReport } from '../../gate/report/version-report.ts'
import { readFlags, remoteFlags, text } from '../flags.ts'
import type { Host } from '../host.ts'
import { connect, printDocument } from '../session/connect.ts'
import { openProject } from '../session/open-project.ts'

const publishFlags = { ...remoteFlags, report: text.optional(), source: text.optional() }

/**
 * `sluice publish`: makes the version in the working tree known to the control plane, with the gate's last report on
 * it. Nothing is released by that. Exit 0, also without a passing report.
 */
export async function publishCommand(name: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('publish', publishFlags, given)
  const { prompts, config } = await openProject(host, () => false)
  const prompt = selectFeature(prompts, name)
  const { report: named } = options
  const report = named
    ? await namedReport(path.resolve(host.cwd(), named), prompt)
    : await lastReport(config.root, prompt)
  const from = await publishedFrom(prompt.file, config.root, host.env)
  const place = { source: options.source ?? from.source, origin: from.origin }
  const version = await connect(options, host).publish(name, publicationOf(prompt, { config, report, ...place }))
  printDocument(options, host, version, (seen) => publishedText(name, seen))
  host.stderr.write(gateNote(report, name))
  return 0
}
