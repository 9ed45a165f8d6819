import path from 'node:path'
import { selectFeature } from '../core/suite/project/select-feature.ts'
import { requireSuites } from '../core/suite/prompt/suites.ts'
import { requireJudgeable } from '../core/suite/prompt/unjudgeable.ts'
import { SluiceError } from '../errors.ts'
import { drill } from '../gate/drill/drill.ts'
import { drillText } from '../gate/drill/drill-text.ts'
import { drillUnchanged } from '../gate/drill/unchanged.ts'
import { unchangedText } from '../gate/drill/unchanged-text.ts'
import { defaultBase, findNewDestinations } from '../gate/secrets/secret-destinations.ts'
import { drillStrengths } from '../records/report/drill-report.ts'
import { replaceFile } from '../replace-file.ts'
import {
  commaSeparated,
  oneOf,
  properShare,
  readFlags,
  sessionFlags,
  set,
  text,
  texts,
  wholeNumber,
  wholeNumberFrom,
} from './flags.ts'
import type { Host } from './host.ts'
import { openFeature } from './session/open-project.ts'
import { inSession } from './session/with-session.ts'

const drillFlags = {
  ...sessionFlags,
  seed: wholeNumberFrom(0),
  only: commaSeparated(text).optional(),
  strength: commaSeparated(oneOf(drillStrengths)).optional(),
  tag: texts.optional(),
  generate: set.optional(),
  withoutJudge: set.optional(),
  model: texts.optional(),
  mutants: wholeNumber,
  repeats: wholeNumber.optional(),
  minKill: properShare,
  unchanged: wholeNumberFrom(1, 100_000).optional(),
}

/** `sluice drill <feature>`: plants regressions in the feature's answers and counts those that the gate stops. */
export async function drillCommand(name: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('drill', drillFlags, given)
  if (flags.unchanged !== undefined && (flags.only ?? flags.strength ?? flags.tag) !== undefined)
    throw new SluiceError('invalid-input', '--unchanged plants nothing: leave out --only, --strength and --tag')
  const project = await openFeature(name, flags.suite, host)
  const prompt = selectFeature(project.prompts, name)
  requireJudgeable(prompt)
  requireSuites([prompt], flags.suite)
  const destinations = findNewDestinations(project, await defaultBase(project, host), flags, host)
  const { unchanged } = flags
  if (unchanged !== undefined) {
    const measured = await inSession({ command: 'drill', project, flags }, host, (context) =>
      drillUnchanged(prompt, { ...flags, runs: unchanged, now: Date.now() }, context),
    )
    return printReport(host.mask.data(measured), unchangedText, 'unchanged.json', flags, host)
  }
  const found = await inSession({ command: 'drill', project, flags }, host, (context) =>
    drill(prompt, { ...flags, now: Date.now() }, context),
  )
  const report = host.mask.data({ ...found, notes: [...destinations.map(({ message }) => message), ...found.notes] })
  return printReport(report, drillText, 'drill.json', flags, host)
}

/** Prints a report, and keeps it as JSON where a folder was named. */
async function printReport<Report extends { exitCode: number }>(
  report: Report,
  textOf: (report: Report, width: number) => string,
  name: string,
  flags: { json?: boolean | undefined; reportDir?: string | undefined },
  host: Host,
): Promise<number> {
  const json = `${JSON.stringify(report, undefined, 2)}\n`
  host.stdout.write(flags.json ? json : textOf(report, host.stdout.columns ?? 120))
  if (flags.reportDir === undefined) return report.exitCode
  const folder = path.resolve(host.cwd(), flags.reportDir)
  await replaceFile(path.join(folder, name), async (sink) => sink.write(json))
  return report.exitCode
}
