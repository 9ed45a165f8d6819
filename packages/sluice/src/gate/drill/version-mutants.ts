import { stringify } from 'yaml'
import { providerName } from '../../core/suite/models/model.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { versionId } from '../../core/suite/prompt/version.ts'
import type { DrillVersion } from '../../records/report/drill-report.ts'
import { resultsOf, withModel } from '../matrix/cell.ts'
import { limitRounds } from '../recorded-repeats.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import { measuredOfAnswer } from '../run/measuring-checks.ts'
import type { RunContext } from '../run/session.ts'
import { startRun } from '../run/start-run.ts'
import { runGate } from '../run-gate.ts'
import { cleanRepeats } from '../verdict/critical.ts'
import type { GatePolicy } from '../verdict/policy.ts'
import type { DrillBench } from './drill-bench.ts'
import {
  type Instruction,
  instructionsOf,
  promptMutators,
  withInstruction,
  withoutExamples,
} from './mutators/instructions.ts'

/** Names of the mutators of prompt and model. The model has to answer anew for each. */
export const versionMutators: readonly string[] = [
  ...promptMutators.map(({ name }) => name),
  'remove-example',
  'other-model',
  'hotter',
]

/** A worse version of the feature. */
export interface VersionMutant {
  mutator: string
  /** What was changed, in words. */
  what: string
  line: number | null
  version: Prompt
}

/** The worse versions of a prompt that the mutators `only` can make. */
export async function versionMutantsOf(
  prompt: Prompt,
  { only, models }: { only: readonly string[]; models: readonly string[] },
  { files }: LoadedProject,
): Promise<VersionMutant[]> {
  const source = new TextDecoder().decode(await files.read(prompt.file))
  const instructions = instructionsOf(prompt.messages, source)
  const ofInstructions = instructions.flatMap((instruction) =>
    promptMutators.map((mutator) => worded(prompt, instruction, mutator)),
  )
  const ofExamples = withoutExamples(prompt.messages).map((messages, index) => ({
    ...{ mutator: 'remove-example', what: `example ${index + 1} is gone`, line: null },
    version: changed(prompt, { messages }),
  }))
  const others = models.map((model) => ({
    mutator: 'other-model',
    what: model,
    line: null,
    version: withModel(prompt, model),
  }))
  const temperature = Math.min(2, Math.max(1, (prompt.parameters.temperature ?? 1) + 0.5))
  const hotter = {
    ...{ mutator: 'hotter', what: `temperature ${temperature}`, line: null },
    version: changed(prompt, { parameters: { ...prompt.parameters, temperature } }),
  }
  return [...ofInstructions, ...ofExamples, ...others, hotter].filter(({ mutator }) => only.includes(mutator))
}

function worded(prompt: Prompt, instruction: Instruction, mutator: (typeof promptMutators)[number]): VersionMutant {
  const messages = withInstruction(prompt.messages, instruction, mutator)
  const what = instruction.text.trim().replace(/\s+/g, ' ')
  return { mutator: mutator.name, what, line: instruction.line, version: changed(prompt, { messages }) }
}

function changed(prompt: Prompt, content: Partial<Prompt>): Prompt {
  const { label: _, ...rest } = { ...prompt, ...content }
  return { ...rest, id: versionId(rest) }
}

/** Why none of these can be tried; undefined where they can. */
export async function untriable(prompt: Prompt, { session }: Pick<RunContext, 'session'>): Promise<string | undefined> {
  if (prompt.target) return 'its answers come from an application, which has its own prompt'
  const provider = await session.providers.get(providerName(prompt.model))
  return provider.live ? undefined : `${prompt.model} only has recorded answers, and a changed prompt needs new ones`
}

/**
 * The gate on a worse version against the kept answers. It asks as the gate does: once for each case, and again only
 * while that does not decide, up to as many answers as the version itself has, and of critical cases as many as a pass
 * takes.
 */
export async function tryVersion(
  { mutator, what, line, version }: VersionMutant,
  bench: DrillBench,
  suite: string,
  { project, session, progress }: RunContext,
): Promise<{ report: DrillVersion; run: FeatureRun }> {
  const results = resultsOf(session.results, `drill ${version.id} ${mutator}`)
  const run = startRun({ candidate: version, suite, progress }, project, { ...session, results })
  const most = Math.max(1, ...bench.cases.map(({ answers }) => answers.length))
  // A critical case passes after so many answers alone; with fewer, every harmless version would be undecided.
  const critical = Math.max(most, cleanRepeats)
  const policy = limitRounds(bench.policy, { all: most, critical })
  const compared: FeatureRun = {
    ...run,
    baseline: bench.kept.candidate,
    async score(repeat, wanted = () => true) {
      await run.score(repeat, (role, position) => role === 'candidate' && wanted(role, position))
      for (const [position, { testCase, answers }] of bench.cases.entries()) {
        if (!wanted('baseline', position)) continue
        run.table.add(position, testCase)
        for (const { repeat: each, detail } of answers)
          if (each <= repeat)
            run.table.record(position, 'baseline', each, detail.state, detail.score, {
              measured: measuredOfAnswer(detail),
            })
      }
    },
  }
  const { final, decision } = await runGate(compared, policy, bench.settings)
  const isUnjudged = final.reasons.some(({ code }) => code === 'coverage' || code === 'budget')
  const outcome =
    final.verdict === 'fail' ? 'killed' : isUnjudged ? 'not-judged' : final.exitCode === 0 ? 'survived' : 'held'
  const report: DrillVersion = {
    ...{ mutator, what, line, version: version.id, verdict: final.verdict, outcome },
    difference: decision.comparison?.meanDifference ?? null,
    ciLow: decision.comparison?.ciLow ?? null,
    ciHigh: decision.comparison?.ciHigh ?? null,
    reasons: [...new Set(final.reasons.map(({ code }) => code))],
  }
  return { report, run }
}

/**
 * Instructions of which no mutant was killed or held though one was judged, with a rubric item that would ask for each.
 * That the model follows an instruction by itself, without being told, is a cause as well.
 */
export function unnoticedOf(versions: readonly DrillVersion[], { file, rubric }: Prompt) {
  const names = promptMutators.map(({ name }) => name)
  const ofInstructions = versions.filter(({ mutator }) => names.includes(mutator))
  return [...new Set(ofInstructions.map(({ what }) => what))].flatMap((text) => {
    const tried = ofInstructions.filter(({ what, outcome }) => what === text && outcome !== 'not-judged')
    if (tried.length === 0 || tried.some(({ outcome }) => outcome !== 'survived')) return []
    const line = tried[0]?.line ?? null
    const id = `instruction-${line ?? rubric.length + 1}`
    const item = { id, ask: `Does the answer follow this instruction, as far as it applies: "${text}"` }
    const yaml = stringify({ rubric: [item] }, { lineWidth: 0 })
    return [{ file, line, text, mutators: tried.map(({ mutator }) => mutator), yaml }]
  })
}

/**
 * What would decide the versions that are held for a critical case alone; no instruction of them can be called
 * unnoticed.
 */
export function undecidedNote(
  versions: readonly DrillVersion[],
  policy: Pick<GatePolicy, 'criticalRepeats'>,
): string[] {
  const held = versions.filter(
    ({ outcome, reasons }) => outcome === 'held' && reasons.every((code) => code === 'critical-undecided'),
  )
  if (held.length === 0) return []
  const them = held.length === 1 ? 'version is' : 'versions are'
  return [
    `${held.length} worse ${them} held for critical cases alone, which have too few answers to be decided: --repeats ${policy.criticalRepeats} asks as often as the gate would.`,
  ]
}
