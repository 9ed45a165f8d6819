import { z } from 'zod'
import { defaultJudge, judgeParameters } from '../models/default-judge.ts'
import { type ModelParameters, modelIdSchema, modelParametersSchema } from '../models/model.ts'

/** When the second judge of a cascade is asked, the words of `judge.cascade.when`. */
const cascadeRules = ['near-flip', 'cannot_tell', 'must-no'] as const
export type CascadeRule = (typeof cascadeRules)[number]

/** The share of the answers that both judges of a cascade see, whatever the first one says. */
const defaultAudit = 0.05

const examples = ['openai:gpt-5.4-mini-2026-03-17', defaultJudge.model, 'google:gemini-3-flash']

const memberSchema = z
  .union([
    modelIdSchema,
    z.strictObject({
      model: modelIdSchema.meta({ description: 'The model.', examples: [examples[0]] }),
      parameters: modelParametersSchema.exactOptional().meta({
        description: 'Parameters of this model alone, over judge.parameters.',
        examples: [{ temperature: 0 }],
      }),
    }),
  ])
  .meta({ description: 'A model, alone or with parameters of its own.', examples: [examples[0]] })

const modelOf = (member: z.output<typeof memberSchema>) => (typeof member === 'string' ? member : member.model)

/** Why these models are no panel. */
function panelFaults(models: readonly string[]): { path: PropertyKey[]; message: string }[] {
  const even = `a panel has 3 members or more, and an odd number of them, not ${models.length}: two halves would decide nothing`
  const again = models.flatMap((model, index) =>
    models.indexOf(model) < index
      ? [{ path: [index], message: `"${model}" is a member already: it has one vote` }]
      : [],
  )
  return [...(models.length < 3 || models.length % 2 === 0 ? [{ path: [], message: even }] : []), ...again]
}

const panelSchema = z
  .array(memberSchema)
  .superRefine((members, context) => {
    for (const fault of panelFaults(members.map(modelOf))) context.addIssue({ code: 'custom', ...fault })
  })
  .meta({
    description:
      'Several models that all answer the rubric; of each item counts what more than half of them say, and without such a majority it is cannot_tell. An odd number from 3 on.',
    examples: [[...examples]],
  })

const sameModel = 'is the model that is asked first; name another one'

const cascadeSchema = z
  .strictObject({
    first: memberSchema.meta({ description: 'The cheap model, which is asked first.', examples: [examples[1]] }),
    // biome-ignore lint/suspicious/noThenProperty: the key of the file; nothing awaits what is read from it
    then: memberSchema.meta({
      description: 'The model that judges anew, and alone decides, where the first one is unsure.',
      examples: ['anthropic:claude-sonnet-5-5'],
    }),
    when: z
      .array(z.enum(cascadeRules))
      .min(1)
      .or(z.enum(cascadeRules).transform((rule) => [rule]))
      .exactOptional()
      .meta({
        description:
          'When the first one is unsure: near-flip asks it twice, the second time in reverse order, and goes on where the two differ; cannot_tell goes on where it could not tell an item, must-no where it says no to a must item (default: all three).',
        examples: [['near-flip', 'cannot_tell']],
      }),
    audit: z
      .number()
      .min(0)
      .max(1)
      .exactOptional()
      .meta({
        description: `Share of the answers that both judge, drawn by a hash, to measure how often the first one is wrong where it is sure (default ${defaultAudit}).`,
        examples: [0.1],
      }),
  })
  .superRefine(({ first, then: second }, context) => {
    if (modelOf(first) !== modelOf(second)) return
    context.addIssue({ code: 'custom', path: ['then'], message: sameModel })
  })
  .meta({
    description: 'A cheap model that answers, and an expensive one for what the first is unsure of.',
    // biome-ignore lint/suspicious/noThenProperty: the key of the file
    examples: [{ first: examples[1], then: 'anthropic:claude-sonnet-5-5', when: ['near-flip', 'cannot_tell'] }],
  })

const forms = ['model', 'panel', 'cascade'] as const

/** The `judge` of sluice.yaml. */
export const judgeSettingsSchema = z
  .strictObject({
    model: modelIdSchema.exactOptional().meta({
      description: `The model that judges (default ${defaultJudge.model}).`,
      examples: [examples[0]],
    }),
    panel: panelSchema.exactOptional(),
    cascade: cascadeSchema.exactOptional(),
    parameters: modelParametersSchema.exactOptional(),
  })
  .superRefine((value, context) => {
    const given = forms.filter((form) => Object.hasOwn(value, form))
    if (given.length < 2) return
    context.addIssue({ code: 'custom', path: [given[1] ?? ''], message: `give only one of ${given.join(' and ')}` })
  })

/** One model that judges, with its own parameters. */
export interface JudgeMember {
  /** `provider:model`. */
  model: string
  parameters: ModelParameters
}

interface CascadeSettings {
  first: JudgeMember
  second: JudgeMember
  /** At least one. */
  when: CascadeRule[]
  /** In [0,1]. */
  audit: number
}

/** Who judges: one model, or, with one of the two keys, several. */
export interface JudgeSettings extends JudgeMember {
  /** `provider:model`; of several models the words that name all of them, which no provider answers to. */
  model: string
  /** An odd number from 3 on. */
  panel?: JudgeMember[]
  cascade?: CascadeSettings
}

/** What a file says, with every default filled in. */
export function judgeSettingsOf({
  model,
  panel,
  cascade,
  parameters,
}: z.output<typeof judgeSettingsSchema> = {}): JudgeSettings {
  const memberOf = (member: z.output<typeof memberSchema>): JudgeMember => {
    const own = typeof member === 'string' ? {} : member.parameters
    return { model: modelOf(member), parameters: judgeParameters(modelOf(member), { ...parameters, ...own }) }
  }
  if (panel) return panelOf(panel.map(memberOf))
  if (cascade) {
    const { first, then: second, when = [...cascadeRules], audit = defaultAudit } = cascade
    return cascadeOf({ first: memberOf(first), second: memberOf(second), when: [...new Set(when)], audit })
  }
  return memberOf(model ?? defaultJudge.model)
}

function panelOf(panel: JudgeMember[]): JudgeSettings {
  return { model: `panel of ${panel.map(({ model }) => model).join(', ')}`, parameters: {}, panel }
}

function cascadeOf(cascade: CascadeSettings): JudgeSettings {
  return { model: `cascade of ${cascade.first.model}, then ${cascade.second.model}`, parameters: {}, cascade }
}

/** The models that a judge may ask, with their parameters and where sluice.yaml names them. */
export function judgeMembers({ model, parameters, panel, cascade }: JudgeSettings): (JudgeMember & {
  path: PropertyKey[]
})[] {
  if (panel) return panel.map((member, index) => ({ ...member, path: ['judge', 'panel', index] }))
  if (!cascade) return [{ model, parameters, path: ['judge', 'model'] }]
  const { first, second } = cascade
  return [
    { ...first, path: ['judge', 'cascade', 'first'] },
    { ...second, path: ['judge', 'cascade', 'then'] },
  ]
}

/** Any parameter, as before: one that this version does not know must not keep a version from being published. */
const publishedParameters = z.record(z.string(), z.unknown()).default({})
const publishedMember = z.strictObject({ model: modelIdSchema, parameters: publishedParameters })

const storedMember = z.object({ model: z.string(), parameters: modelParametersSchema })
const storedSettings = storedMember.extend({
  panel: z.array(storedMember).exactOptional(),
  cascade: z
    .object({ first: storedMember, second: storedMember, when: z.array(z.enum(cascadeRules)), audit: z.number() })
    .exactOptional(),
})

/** The judge of a published version, as it was stored. */
export function storedJudgeSettings(stored: unknown): JudgeSettings {
  return storedSettings.parse(stored)
}

/**
 * The judge that a published version names: one model, or with one of the two keys several. What an entry of
 * sluice.yaml may not say is refused here too, and the words that name several models are written anew from them.
 */
export const publishedJudgeSchema = z
  .strictObject({
    model: z.string(),
    parameters: publishedParameters,
    panel: z.array(publishedMember).exactOptional(),
    cascade: z
      .strictObject({
        first: publishedMember,
        second: publishedMember,
        when: z.array(z.enum(cascadeRules)).min(1),
        audit: z.number().min(0).max(1),
      })
      .exactOptional(),
  })
  .superRefine(({ model, panel, cascade }, context) => {
    const fault = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message })
    if (panel && cascade) return fault(['cascade'], 'give only one of panel and cascade')
    if (panel)
      for (const { path, message } of panelFaults(panel.map((member) => member.model)))
        fault(['panel', ...path], message)
    else if (cascade) {
      if (cascade.first.model === cascade.second.model) fault(['cascade', 'second'], sameModel)
    } else for (const { message } of modelIdSchema.safeParse(model).error?.issues ?? []) fault(['model'], message)
  })
  .transform(({ model, parameters, panel, cascade }) => {
    if (panel) return panelOf(panel)
    return cascade ? cascadeOf(cascade) : { model, parameters }
  })

/** The judge with one of its models exchanged. */
export function withMember(settings: JudgeSettings, from: string, to: JudgeMember): JudgeSettings {
  const changed = (member: JudgeMember) => (member.model === from ? to : member)
  const { panel, cascade } = settings
  if (panel) return panelOf(panel.map(changed))
  if (cascade) return cascadeOf({ ...cascade, first: changed(cascade.first), second: changed(cascade.second) })
  return changed(settings)
}
