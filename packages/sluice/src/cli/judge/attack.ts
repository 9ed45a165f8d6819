import { selectFeature } from '../../core/suite/project/select-feature.ts'
import { requireSuites } from '../../core/suite/prompt/suites.ts'
import { SluiceError } from '../../errors.ts'
import { attackJudge } from '../../gate/judge-attack/attack-judge.ts'
import { attackText } from '../../gate/judge-attack/attack-text.ts'
import { keepAttack } from '../../gate/judge-attack/kept-attacks.ts'
import { defaultBase, findNewDestinations } from '../../gate/secrets/secret-destinations.ts'
import { readFlags, sessionFlags, wholeNumberFrom } from '../flags.ts'
import type { Host } from '../host.ts'
import { openFeature } from '../session/open-project.ts'
import { inSession } from '../session/with-session.ts'

const { reportDir: _, ...ofSession } = sessionFlags
const attackFlags = {
  ...ofSession,
  carriers: wholeNumberFrom(1, 200),
  perAttack: wholeNumberFrom(1, 20),
  seed: wholeNumberFrom(0, 2 ** 31),
}

/** `sluice judge attack <feature>`: outputs that try to give instructions to the configured judge. */
export async function attack(name: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('judge attack', attackFlags, given)
  const project = await openFeature(name, flags.suite, host)
  const prompt = selectFeature(project.prompts, name)
  requireSuites([prompt], flags.suite)
  findNewDestinations(project, await defaultBase(project, host), flags, host)
  const found = await inSession({ command: 'judge attack', project, flags }, host, (context) =>
    attackJudge(prompt, { ...flags, now: Date.now() }, context),
  )
  if (!found)
    throw new SluiceError(
      'invalid-input',
      `${prompt.file} asks its judge nothing, so there is nothing to attack: add a "rubric" to the prompt or to its cases`,
    )
  const report = host.mask.data(found)
  await keepAttack(project.config.root, report)
  if (flags.json) host.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  else host.stdout.write(attackText(report, host.stdout.columns ?? 120))
  return report.exitCode
}
