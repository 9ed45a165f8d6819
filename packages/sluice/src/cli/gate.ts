import path from 'node:path'
import { Writable } from 'node:stream'
import type { z } from 'zod'
import { guards } from '../core/suite/config/guard.ts'
import { configFileName } from '../core/suite/config/load-config.ts'
import { findRoot, type PartlySoundProject } from '../core/suite/project/project.ts'
import { chooseSuite } from '../core/suite/prompt/suites.ts'
import { SluiceError } from '../errors.ts'
import { explainScope } from '../gate/explain.ts'
import { judgeChange, planGate } from '../gate/gate.ts'
import { openGit } from '../gate/git/git.ts'
import { headline, verdictWord } from '../gate/report/sentences.ts'
import { type GateScope, gateScope } from '../gate/scope.ts'
import { utcDay } from '../text/format.ts'
import { oneOf, readFlags, sessionFlags, set, text, verdictFlags, wholeNumber } from './flags.ts'
import type { Host } from './host.ts'
import { openPartlySound } from './session/open-project.ts'
import { watchRuns } from './session/watch.ts'
import { withSession } from './session/with-session.ts'

const gateFlags = {
  ...sessionFlags,
  ...verdictFlags,
  base: text.optional(),
  changedFiles: text.optional(),
  all: set.optional(),
  /** Say what is looked at, and evaluate nothing. */
  explain: set.optional(),
  expectFeatures: wholeNumber.optional(),
  allowRemoved: set.optional(),
  guard: oneOf(guards).optional(),
  approvedBy: text.optional(),
  /** Judge anew after each change of a file. */
  watch: set.optional(),
}

type GateFlags = z.output<z.ZodObject<typeof gateFlags>>

/** `sluice gate`: every affected feature against its baseline and its threshold. */
export async function gate(given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('gate', gateFlags, given)
  if (flags.watch) return watchGate(flags, host)
  const { scope, project } = await scopeOf(flags, host)
  if (flags.explain) {
    host.stdout.write(explainScope(scope, flags))
    return 0
  }
  const { conclusion } = await judge(project, scope, flags, host)
  return conclusion.exitCode
}

async function scopeOf(flags: GateFlags, host: Host) {
  const project = await openPartlySound(host, (prompt, suite) => suite === chooseSuite(prompt, flags.suite))
  return { project, scope: await gateScope(project, flags, host) }
}

async function judge(project: PartlySoundProject, scope: GateScope, flags: GateFlags, host: Host) {
  const plan = await planGate(project, scope, flags, { ...host, today: utcDay(Date.now()) })
  const request = { command: 'gate' as const, project: plan.guarded.project, flags }
  return withSession(request, host, (context) => judgeChange(plan, flags, context))
}

/** Judges again and again; each run has a line of its own, and `sluice report` shows the last in full. */
async function watchGate(flags: GateFlags, host: Host): Promise<number> {
  if (flags.json || flags.explain || flags.fresh)
    throw new SluiceError('invalid-input', '--watch goes with neither --json, --explain nor --fresh: see sluice report')
  const root = await findRoot(host.cwd())
  const silent = { ...host, stdout: new Writable({ write: (_chunk, _encoding, done) => done() }) }
  const run = async (reading: (places: readonly string[]) => Promise<void>) => {
    const { project, scope } = await scopeOf(flags, host)
    const top = (await openGit(root, host.env))?.root ?? root
    const reads = scope.features.flatMap(({ files }) =>
      files.map(({ path: name }) => path.resolve(top, name) + (name.endsWith('/') ? '/' : '')),
    )
    await reading(reads)
    const { conclusion } = await judge(project, scope, flags, silent)
    const { features, exitCode } = conclusion
    const line = features
      .map((feature) => `${verdictWord(feature)} ${feature.feature}. ${headline(feature)}`)
      .join(' · ')
    return { exitCode, line: line === '' ? 'nothing that was changed affects a feature' : line }
  }
  return watchRuns({ run, always: [path.join(root, configFileName), path.join(root, 'prompts/')] }, host)
}
