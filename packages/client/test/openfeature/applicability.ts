import type { Scenario } from './gherkin.ts'

const rules: { why: string; when: (scenario: Scenario, text: string) => boolean }[] = [
  {
    why: 'there are no targeting rules: the unit alone decides, by its hash',
    when: ({ tags }, text) => tags.includes('@targeting') || /targeted/.test(text),
  },
  {
    why: 'a feature cannot be disabled: activate another version instead',
    when: ({ tags }) => tags.includes('@reason-codes-disabled'),
  },
  {
    why: 'nothing is cached in front of the snapshot, which is in memory: the reason stays STATIC',
    when: ({ tags }) => tags.includes('@reason-codes-cached'),
  },
  {
    why: 'flag metadata is that of Sluice (version, arm, rolloutId), not free to choose, and never empty',
    when: ({ tags }, text) => tags.includes('@metadata') || /resolved metadata/.test(text),
  },
  { why: 'a version is never empty', when: (_, text) => /zero-flag/.test(text) },
  {
    why: 'a feature is a prompt version: it has no boolean or number value',
    when: (_, text) =>
      /(Boolean|Integer|Float)-flag/.test(text) &&
      /(boolean|integer|float)-flag"/.test(text) &&
      !/PROVIDER_/.test(text),
  },
  {
    why: 'no feature is a boolean that could be asked for as another type',
    when: (_, text) => /TYPE_MISMATCH/.test(text) && /"boolean-flag"/.test(text),
  },
]

/** Why a scenario says nothing about a provider of prompt versions; undefined where it does. */
export function notApplicable(scenario: Scenario): string | undefined {
  const text = scenario.steps.map(({ text }) => text).join('\n')
  return rules.find(({ when }) => when(scenario, text))?.why
}

/** About hooks and immutability, not about booleans: they hold for a text as well, which a feature has. */
const aboutAnyFlag = [
  'Passes evaluation details to after and finally hooks',
  'Evaluation options with hooks',
  'Evaluation context immutability',
]

export function withTextFlag(scenario: Scenario): Scenario {
  if (!aboutAnyFlag.includes(scenario.name)) return scenario
  const replace = (text: string) => text.replaceAll(/boolean-flag/gi, 'string-flag')
  const steps = scenario.steps.map(({ text, table }) => ({
    text: replace(text),
    table: table.map((row) => row.map(replace)),
  }))
  return { ...scenario, steps }
}
