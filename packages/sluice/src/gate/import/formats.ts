import { SluiceError } from '../../errors.ts'
import { hint } from '../../text/did-you-mean.ts'
import type { ImportSource } from './import-source.ts'
import type { Imported } from './imported.ts'
import type { OldAnswer } from './old-answer.ts'

/** Reads a file of another tool. Faults of the file are thrown with their place; nothing in it is executed. */
export type Importer = (source: ImportSource) => Promise<Imported>

/** Reads the answers that a results file of the tool keeps, with the tool's verdicts. */
type AnswerReader = (source: ImportSource) => Promise<OldAnswer[]>

interface Format {
  /** What the file is, for `--help` and messages. */
  about: string
  /** Loads the importer, so that a command that needs none stays fast. */
  load(): Promise<Importer>
  /** Whether its files have columns, so that `--map` means something. */
  hasColumns?: true
  /** Absent where the tool keeps no verdicts to compare with. */
  loadAnswers?(): Promise<AnswerReader>
}

/** Every format by the name that `sluice import` takes. */
const formats: Record<string, Format> = {
  'agent-skills': {
    about: 'evals/evals.json of a skill',
    load: async () => (await import('./agent-skills.ts')).importAgentSkills,
  },
  braintrust: {
    about: 'rows of a data set (JSON, JSON Lines, CSV)',
    load: async () => (await import('./data-sets/braintrust.ts')).importBraintrust,
    hasColumns: true,
  },
  csv: {
    about: 'a table (CSV, TSV); --map says what its columns are',
    load: async () => (await import('./table/table.ts')).importText,
    hasColumns: true,
  },
  deepeval: {
    about: 'goldens (JSON, JSON Lines, CSV)',
    load: async () => (await import('./data-sets/deepeval.ts')).importDeepeval,
    hasColumns: true,
  },
  dotprompt: {
    about: 'a .prompt file, or a folder of them',
    load: async () => (await import('./prompt-files/dotprompt.ts')).importDotprompt,
  },
  'github-models': {
    about: 'a .prompt.yml file, or a folder of them',
    load: async () => (await import('./prompt-files/github-models.ts')).importGithubModels,
  },
  inspect: {
    about: 'samples (JSON, JSON Lines, CSV), or a log (JSON, .eval)',
    load: async () => (await import('./inspect/inspect.ts')).importInspect,
    hasColumns: true,
    loadAnswers: async () => (await import('./inspect/log-answers.ts')).inspectAnswers,
  },
  langfuse: {
    about: 'items of a data set (JSON, JSON Lines, CSV)',
    load: async () => (await import('./data-sets/langfuse.ts')).importLangfuse,
    hasColumns: true,
  },
  langsmith: {
    about: 'examples of a data set (JSON, JSON Lines, CSV)',
    load: async () => (await import('./data-sets/langsmith.ts')).importLangsmith,
    hasColumns: true,
  },
  mlflow: {
    about: 'records of a data set (JSON, JSON Lines, CSV)',
    load: async () => (await import('./data-sets/mlflow.ts')).importMlflow,
    hasColumns: true,
  },
  'openai-evals': {
    about: 'a registry (YAML, folder), samples (JSON Lines), or an export of the hosted product (JSON)',
    load: async () => (await import('./openai-evals/openai-evals.ts')).importOpenaiEvals,
    hasColumns: true,
    loadAnswers: async () => (await import('./openai-evals/hosted-runs.ts')).hostedAnswers,
  },
  phoenix: {
    about: 'examples of a data set (JSON, JSON Lines, CSV)',
    load: async () => (await import('./data-sets/phoenix.ts')).importPhoenix,
    hasColumns: true,
  },
  prompty: {
    about: 'a .prompty file, or a folder of them',
    load: async () => (await import('./prompt-files/prompty.ts')).importPrompty,
  },
  promptfoo: {
    about: 'a configuration (YAML, JSON), tests (CSV), or results (JSON)',
    load: async () => (await import('./promptfoo/promptfoo.ts')).importPromptfoo,
    loadAnswers: async () => (await import('./promptfoo/old-answers.ts')).promptfooAnswers,
  },
  xlsx: {
    about: 'the first sheet of an Excel workbook; --map says what its columns are',
    load: async () => (await import('./table/table.ts')).importXlsx,
    hasColumns: true,
  },
}

const formatNames: readonly string[] = Object.keys(formats).sort()

/** @throws SluiceError `invalid-input` for a format that is not known, with the list */
export async function importerOf(name: string): Promise<Importer> {
  return formatOf(name).load()
}

/** @throws SluiceError `invalid-input` where the files of a format have no columns to map */
export function requireColumns(name: string): void {
  if (formatOf(name).hasColumns) return
  throw new SluiceError('invalid-input', `--map: files of ${name} have no columns that could be mapped`)
}

/** @throws SluiceError `invalid-input` for a format whose results are not read */
export async function answerReaderOf(name: string): Promise<AnswerReader> {
  const { loadAnswers } = formatOf(name)
  if (loadAnswers !== undefined) return loadAnswers()
  const able = formatNames.filter((each) => formats[each]?.loadAnswers !== undefined).join(', ')
  throw new SluiceError('invalid-input', `--verify: results of ${name} are not read; those of ${able} are`)
}

function formatOf(name: string): Format {
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined
  if (format !== undefined) return format
  const list = formatNames.map((each) => `  ${each}: ${formats[each]?.about}`).join('\n')
  throw new SluiceError('invalid-input', `unknown format "${name}"${hint(name, formatNames)}\n${list}`)
}
