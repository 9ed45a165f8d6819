import path from 'node:path'
import type { z } from 'zod'
import { selectFeature } from '../core/suite/project/select-feature.ts'
import { chooseSuite, requireSuites } from '../core/suite/prompt/suites.ts'
import { requireJudgeable } from '../core/suite/prompt/unjudgeable.ts'
import { SluiceError } from '../errors.ts'
import { evaluateFeature } from '../gate/evaluate-feature.ts'
import { measureMatrix } from '../gate/matrix/matrix.ts'
import { matrixText } from '../gate/matrix/matrix-text.ts'
import { planMatrix } from '../gate/matrix/plan-matrix.ts'
import { defaultBase, findNewDestinations } from '../gate/secrets/secret-destinations.ts'
import { replaceFile } from '../replace-file.ts'
import { commaSeparated, readFlags, sessionFlags, text, texts, wholeNumber } from './flags.ts'
import type { Host } from './host.ts'
import { openFeature, openProject } from './session/open-project.ts'
import { inSession, withSession } from './session/with-session.ts'

const evalFlags = {
  ...sessionFlags,
  tag: texts.optional(),
  repeats: wholeNumber,
  compare: commaSeparated(text).optional(),
}

type EvalFlags = z.output<z.ZodObject<typeof evalFlags>>

/**
 * `sluice eval <feature>`: scores one version. `--compare` scores several features with several models beside each
 * other. Exit 0 unless something could not be scored.
 */
export async function evalCommand(names: string[], given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('eval', evalFlags, given)
  const [name = '', ...others] = names
  if (flags.compare !== undefined) return compareModels(names, { ...flags, compare: flags.compare }, host)
  if (others.length > 0)
    throw new SluiceError(
      'invalid-input',
      `sluice eval ${names.join(' ')}: one feature at a time, or several side by side with --compare model-a,model-b`,
    )
  const project = await openFeature(name, flags.suite, host)
  const candidate = selectFeature(project.prompts, name)
  requireJudgeable(candidate)
  requireSuites([candidate], flags.suite)
  const findings = findNewDestinations(project, await defaultBase(project, host), flags, host)
  const { conclusion } = await withSession({ command: 'eval', project, flags }, host, (context) =>
    evaluateFeature(candidate, { ...flags, findings }, context),
  )
  return conclusion.exitCode
}

async function compareModels(
  features: readonly string[],
  flags: EvalFlags & { compare: string[] },
  host: Host,
): Promise<number> {
  const { compare, suite, reportDir } = flags
  const project = await openProject(
    host,
    (prompt, each) => features.includes(prompt.feature) && each === chooseSuite(prompt, suite),
  )
  const plan = planMatrix({ features, compare, suite }, project)
  const destinations = findNewDestinations(project, await defaultBase(project, host), flags, host)
  const found = await inSession({ command: 'eval', project, flags }, host, (context) =>
    measureMatrix(plan, { ...flags, now: Date.now() }, context),
  )
  const report = host.mask.data({ ...found, notes: [...destinations.map(({ message }) => message), ...found.notes] })
  const json = `${JSON.stringify(report, undefined, 2)}\n`
  host.stdout.write(flags.json ? json : matrixText(report, host.stdout.columns ?? 120))
  if (reportDir === undefined) return report.exitCode
  const { matrixPage } = await import('../gate/matrix/matrix-page.ts')
  const page = await matrixPage(report)
  const folder = path.resolve(host.cwd(), reportDir)
  await replaceFile(path.join(folder, 'matrix.json'), async (sink) => sink.write(json))
  await replaceFile(path.join(folder, 'matrix.html'), async (sink) => sink.write(page))
  return report.exitCode
}
