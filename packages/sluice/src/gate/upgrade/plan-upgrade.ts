import type { Config } from '../../core/suite/config/config.ts'
import { modelIdSchema } from '../../core/suite/models/model.ts'
import { requireProviders } from '../../core/suite/models/model-ids.ts'
import { endSentence, isNear, type ModelEnd, undated } from '../../core/suite/models/retirements.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { invalidInput } from '../../errors.ts'
import { hint } from '../../text/did-you-mean.ts'
import { endingModels, knownEnd } from '../retirements/ending-models.ts'
import { type ModelUse, modelUses, useName } from '../retirements/model-uses.ts'
import { whyUnmeasurable } from './upgrade-feature.ts'

/** Which model a project leaves, and for which ones. */
export interface UpgradePlan {
  from: string
  to: string[]
  end: ModelEnd | undefined
  /** Whether it has ended today, as far as anybody says. */
  hasEnded: boolean
  /** Features whose prompt asks the model. */
  prompts: Prompt[]
  /** Features of which the model judges answers: as the judge, or in an evaluator of their own. */
  uses: ModelUse[]
  /** Comparisons that the correction counts. */
  comparisons: number
  notes: string[]
}

export interface WantedUpgrade {
  from?: string | undefined
  to?: readonly string[] | undefined
}

/**
 * Finds what uses the model, and what is to be tried instead.
 * @throws SluiceError `invalid-input` for a model that nothing uses, and candidates that cannot be
 */
export function planUpgrade(
  { from: wanted, to: candidates }: WantedUpgrade,
  { prompts, config }: Pick<LoadedProject, 'prompts' | 'config'>,
  { today, endDates, notes }: { today: string; endDates: ReadonlyMap<string, string>; notes: readonly string[] },
): UpgradePlan {
  const all = modelUses(prompts, config)
  const from = wanted === undefined ? endingModel(prompts, config, today, endDates) : canonical(wanted, '--from')
  const uses = all.filter(({ model }) => isMeant(model, from))
  if (uses.length === 0) {
    const known = [...new Set(all.map(({ model }) => model))]
    throw invalidInput(`--from ${from}: nothing here uses this model${hint(from, known)}. In use: ${known.join(', ')}`)
  }
  const end = knownEnd(uses[0]?.model ?? from, config, endDates)
  const to = candidatesOf(candidates, from, end)
  requireProviders(to, config.providers)
  const using = prompts.filter(({ feature }) => uses.some((use) => use.role === 'prompt' && use.feature === feature))
  const measurable = using.filter((prompt) => whyUnmeasurable(prompt) === undefined)
  return {
    from,
    to,
    end,
    hasEnded: end !== undefined && end.kind === 'retired' && end.date <= today && !end.byNameOnly,
    prompts: using,
    uses,
    comparisons: measurable.length * to.length,
    notes: [
      ...(end
        ? [`${endSentence(end, today)}.`]
        : [`When ${from} ends is not known: no table and no provider says so.`]),
      ...notes,
      ...snapshotNote(from, uses),
      ...candidateNotes(to, config, { today, endDates }),
      ...uses
        .filter(({ role }) => role === 'embedding')
        .map((use) => `${use.model} gives the vectors of ${useName(use)}, which no suite compares: change it by hand.`),
    ],
  }
}

/** An id without a date means the snapshots of that name as well; a dated one means itself. */
function isMeant(used: string, from: string): boolean {
  return used === from || undated(used) === from
}

function snapshotNote(from: string, uses: readonly ModelUse[]): string[] {
  const others = [...new Set(uses.map(({ model }) => model))].filter((model) => model !== from)
  return others.length === 0 ? [] : [`${from} has no date, so its snapshots are meant as well: ${others.join(', ')}.`]
}

function candidateNotes(
  to: readonly string[],
  config: Config,
  { today, endDates }: { today: string; endDates: ReadonlyMap<string, string> },
): string[] {
  return to.flatMap((model) => {
    const end = knownEnd(model, config, endDates)
    return end && isNear(end, today) ? [`A candidate ends soon, too: ${endSentence(end, today)}.`] : []
  })
}

function endingModel(
  prompts: readonly Prompt[],
  config: Config,
  today: string,
  endDates: ReadonlyMap<string, string>,
): string {
  const ending = endingModels(prompts, config, today, endDates)
  const [first] = ending
  if (first && ending.length === 1) return first.end.model
  const listed = ending.map(({ end }) => `  ${endSentence(end, today)}`)
  throw invalidInput(
    first
      ? `Several models of this project end; leave one at a time, with --from:\n${listed.join('\n')}`
      : 'No model of this project is known to end soon; name the one to leave with --from provider:model',
  )
}

function candidatesOf(wanted: readonly string[] | undefined, from: string, end: ModelEnd | undefined): string[] {
  if (wanted === undefined || wanted.length === 0) {
    if (end?.replacement) return [end.replacement]
    throw invalidInput(
      `nobody names a replacement of ${from}: name candidates with --to provider:model, one or several`,
    )
  }
  const to = [...new Set(wanted.map((text) => canonical(text, '--to')))]
  if (to.includes(from)) throw invalidInput(`--to ${from} is the model to leave: name another one`)
  return to
}

function canonical(text: string, flag: string): string {
  const { data, error } = modelIdSchema.safeParse(text.trim())
  if (data !== undefined) return data
  throw invalidInput(`${flag} ${text}: ${error?.issues[0]?.message ?? 'no model'}`)
}
