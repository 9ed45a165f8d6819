import type { Ledger } from '../../core/answers/ledger.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf, chooseSuite } from '../../core/suite/prompt/suites.ts'
import type { UpgradeJudge } from '../../records/report/upgrade-report.ts'
import { formatUsd } from '../../text/format.ts'
import { type PolicyFlags, settingsOf } from '../judge-versions.ts'
import { recordedRepeats } from '../recorded-repeats.ts'
import type { ModelUse } from '../retirements/model-uses.ts'
import type { RunContext } from '../run/session.ts'
import { modelsOf } from '../run/start-run.ts'
import { bridgeFaults } from './judge-agreement.ts'
import { measureBridge } from './judge-bridge.ts'
import { askedRepeats, whyUnmeasurable } from './upgrade-feature.ts'

export interface JudgeUpgrade {
  uses: readonly ModelUse[]
  to: readonly string[]
  suite: string | undefined
  repeats: number | undefined
  now: number
  policy: PolicyFlags
}

type JudgeCandidate = UpgradeJudge['candidates'][number]

/**
 * Builds the bridge from a judge to each candidate, over all features that it judges. Whether a judge is right no suite
 * can tell: a candidate passes where it agrees with the old judge beyond chance and the distance to it is known, and
 * the cheapest of these is proposed.
 */
export async function upgradeJudge(
  { uses, to, suite, repeats, now, policy }: JudgeUpgrade,
  context: RunContext,
): Promise<{ judge: UpgradeJudge; ledgers: Ledger[] } | undefined> {
  const judging = uses.filter(({ role }) => role === 'judge' || role === 'evaluator')
  const [first] = judging
  if (!first) return undefined
  const ledgers: Ledger[] = []
  const judged = await judgedFeatures(judging, suite, context)
  const candidates: JudgeCandidate[] = []
  for (const model of to) {
    const bridges: JudgeCandidate['bridges'] = []
    const costs: (number | null)[] = []
    const reasons: string[] = []
    for (const { prompt, suite: name, from } of judged) {
      const settings = settingsOf(context.project.config.gate, prompt.gate, policy)
      const possible = await repeatsOf(prompt, name, askedRepeats(repeats, settings).repeats, context)
      const { confidence } = settings
      const options = { prompt, suite: name, from, to: model, repeats: possible, confidence, now }
      const measured = await measureBridge(options, context)
      bridges.push(measured.bridge)
      reasons.push(...bridgeFaults(measured.bridge, settings).map((fault) => `${prompt.feature}: ${fault}`))
      costs.push(measured.usdPerJudgement)
      ledgers.push(...measured.ledgers)
    }
    const known = costs.filter((usd) => usd !== null)
    candidates.push({
      model,
      passes: bridges.length > 0 && reasons.length === 0,
      reasons,
      usdPerJudgement:
        known.length === 0 || known.length < costs.length ? null : known.reduce((a, b) => a + b) / known.length,
      bridges,
    })
  }
  return { judge: { model: first.model, candidates, ...chosen(candidates, judged.length) }, ledgers }
}

function chosen(candidates: readonly JudgeCandidate[], judged: number): Pick<UpgradeJudge, 'proposal' | 'reason'> {
  if (judged === 0)
    return {
      proposal: null,
      reason: 'none: no feature with cases has a rubric, so there is nothing to compare judges on',
    }
  const passing = candidates.filter(({ passes }) => passes)
  const cost = ({ usdPerJudgement }: JudgeCandidate) => usdPerJudgement ?? Number.POSITIVE_INFINITY
  const [best] = [...passing].sort((a, b) => cost(a) - cost(b))
  if (!best) return { proposal: null, reason: 'none: the bridge of no candidate stands' }
  const price = best.usdPerJudgement === null ? 'price unknown' : `${formatUsd(best.usdPerJudgement)} a judgement`
  return { proposal: best.model, reason: `its bridge stands (${price}); which judge is right no bridge can tell` }
}

async function repeatsOf(prompt: Prompt, suite: string, asked: number, { project, session }: RunContext) {
  const models = modelsOf({ candidate: prompt }, project)
  const cases = casesOf(project.files, prompt, suite, project.config)
  const { all } = await recordedRepeats(models, cases, session.providers)
  return Math.max(1, Math.min(asked, all))
}

interface JudgedFeatureOfRun {
  prompt: Prompt
  suite: string
  from: string
}

/** The features whose answers the model judges: those with a rubric of theirs or of a case, where it is the judge. */
async function judgedFeatures(
  judging: readonly ModelUse[],
  asked: string | undefined,
  { project }: RunContext,
): Promise<JudgedFeatureOfRun[]> {
  const { prompts, files, config } = project
  const judge = judging.find(({ role }) => role === 'judge')
  const found: JudgedFeatureOfRun[] = []
  for (const prompt of prompts) {
    const reason = prompt.target ? undefined : whyUnmeasurable(prompt)
    if (reason !== undefined) continue
    const suite = chooseSuite(prompt, asked)
    const own = judging.find(({ role, feature }) => role === 'evaluator' && feature === prompt.feature)
    const from = own?.model ?? judge?.model
    if (from === undefined) continue
    const byJudge = prompt.rubric.length > 0 || prompt.choices.some(({ model }) => model === undefined)
    if (own || byJudge || (await hasCaseRubric(casesOf(files, prompt, suite, config))))
      found.push({ prompt, suite, from })
  }
  return found
}

async function hasCaseRubric(cases: ReturnType<typeof casesOf>): Promise<boolean> {
  for await (const { rubric } of cases) if (rubric.length > 0) return true
  return false
}
