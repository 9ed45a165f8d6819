import { publicBaseURL } from '../../packages/sluice/src/core/providers/api/base-url.ts'
import { defaultJudge } from '../../packages/sluice/src/core/suite/models/default-judge.ts'
import { keyVariable } from '../../packages/sluice/src/core/suite/models/key-variable.ts'
import type { ModelParameters } from '../../packages/sluice/src/core/suite/models/model.ts'
import { retirementTable } from '../../packages/sluice/src/core/suite/models/retirement-table.ts'
import { fileKeys } from './file-pages.ts'
import { keyTable, row } from './key-table.ts'
import { apiKinds, sentFor } from './sent-parameters.ts'

const introduction = `\`\`\`yaml
# sluice.yaml
model: anthropic:claude-haiku-5-5
judge: {model: openai:gpt-5.4-mini-2026-03-17}
providers:
  router: {kind: openai-compatible, baseURL: https://openrouter.ai/api/v1, apiKeyEnv: OPENROUTER_API_KEY}
\`\`\`

How a model is named, what reaches which API, and when models end. The keys of a provider in \`sluice.yaml\` are on
[its page](sluice-yaml.md#providers); proxies, quotas and what ends a run are in the [guide](../providers.md).`

const ids = `A model is named \`provider:model\`; in a prompt file \`provider/model\` is accepted too. The text before the first colon or
slash is the name of a provider, the rest is the id that its API knows: \`router:mistralai/mistral-small\`. The providers
\`anthropic\`, \`openai\` and \`google\` exist without an entry in \`sluice.yaml\`; any other name needs one. An id that its
vendor may move to another model, such as one that ends in \`-latest\`, is a warning that says how to pin it. The judge of
a project that names none is \`${defaultJudge.model}\`.`

/** The page of providers: names of models, kinds of API, parameters as they are sent, ends of models. */
export async function providerPage(): Promise<string> {
  return [
    '# Providers and models',
    introduction,
    '## Model ids',
    ids,
    '## Kinds of provider',
    kindTable(),
    '## Parameters',
    'In a prompt file under `modelParameters`, and for the judge under `judge.parameters` of `sluice.yaml`.',
    keyTable(fileKeys('prompt').filter(({ path }) => path.startsWith('modelParameters.'))),
    '## Parameters as they are sent',
    'What each parameter adds to the body of a request. "nothing" means that this API has no such parameter; a note of the report says so. Some reasoning models refuse parameters of sampling such as `temperature`.',
    await sentTable(),
    '## Ends of models',
    'What the pages of the vendors said on the day in the last column. A model that is not here is unknown, not safe. [`retirements`](sluice-yaml.md#retirements) adds to this table and overrules it; [`sluice upgrade`](../upgrade.md) leaves a model.',
    ...retirementTable.map(({ provider, source, read, retirements }) =>
      endTable(provider, { source, read, retirements }),
    ),
    'Next: [recipes](../recipes/README.md) for single providers.',
  ].join('\n\n')
}

function kindTable(): string {
  const rows = apiKinds.map((kind) => {
    const isCompatible = kind === 'openai-compatible'
    const key = isCompatible ? '<NAME>_API_KEY' : keyVariable(kind, { kind })
    const address = publicBaseURL(kind)
    return row([
      `\`${kind}\``,
      apis[kind],
      `\`${key}\``,
      address === undefined ? 'none; give `baseURL`' : address,
      `\`${examples[kind]}\``,
    ])
  })
  const replay = row(['`replay`', 'recordings, no network', 'none', 'none; give `files`', '`recorded:small`'])
  return [
    row(['kind', 'API', 'key', 'address', 'example of a model']),
    row(Array(5).fill('---')),
    ...rows,
    replay,
  ].join('\n')
}

const apis: Record<(typeof apiKinds)[number], string> = {
  anthropic: 'Messages',
  openai: 'Responses',
  google: 'Gemini, `generateContent`',
  'openai-compatible': 'Chat Completions',
}

const examples: Record<(typeof apiKinds)[number], string> = {
  anthropic: 'anthropic:claude-haiku-5-5',
  openai: 'openai:gpt-5.4-mini-2026-03-17',
  google: 'google:gemini-3.5-flash',
  'openai-compatible': 'router:mistralai/mistral-small',
}

const sent: ModelParameters[] = [
  { maxTokens: 512 },
  { maxCompletionTokens: 512 },
  { temperature: 0 },
  { topP: 0.9 },
  { topK: 40 },
  { seed: 7 },
  { stop: ['END'] },
  { frequencyPenalty: 0.5 },
  { presencePenalty: 0.5 },
  { reasoningEffort: 'low' },
  { parameters: { safe_prompt: true } },
]

async function sentTable(): Promise<string> {
  const rows = await Promise.all(
    sent.map(async (parameters) => {
      const cells = apiKinds.map(async (kind) => {
        const added = await sentFor(kind, parameters)
        return added.length === 0 ? 'nothing' : added.map((one) => `\`${one}\``).join(', ')
      })
      return row([`\`${Object.keys(parameters)[0] ?? ''}\``, ...(await Promise.all(cells))])
    }),
  )
  return [row(['parameter', ...apiKinds]), row(Array(apiKinds.length + 1).fill('---')), ...rows].join('\n')
}

type Page = Omit<(typeof retirementTable)[number], 'provider'>

function endTable(provider: string, { source, read, retirements }: Page): string {
  const rows = retirements.map(({ model, date, kind, replacement }) =>
    row([
      `\`${provider}:${model}\``,
      kind === 'retired' ? `ends on ${date}` : `not before ${date}`,
      replacement === null ? 'none is named' : `\`${provider}:${replacement}\``,
      `[${read}](${source})`,
    ]),
  )
  return [row(['model', 'end', 'in its place', 'said on']), row(Array(4).fill('---')), ...rows].join('\n')
}
