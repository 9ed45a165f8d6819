import { existsSync } from 'node:fs'
import path from 'node:path'
import type { GivenScore } from '../score-files.ts'
import { clusterCases } from './case-clusters.ts'
import { type NamedScore, nameCases } from './case-names.ts'
import { deepeval } from './deepeval.ts'
import { evalite } from './evalite.ts'
import { inspect } from './inspect.ts'
import { junit } from './junit.ts'
import { langfuse } from './langfuse.ts'
import { langsmith } from './langsmith.ts'
import { promptfoo } from './promptfoo.ts'
import { readContent } from './results-content.ts'
import { type ResultsFormat, resultsFormats } from './results-formats.ts'
import { scaleScores } from './score-scale.ts'
import {
  invalidResults,
  nameList,
  type ResultsContent,
  type ResultsReader,
  type Scale,
  type ToolResults,
  type ToolScore,
} from './tool-results.ts'
import { vitestEvals } from './vitest-evals.ts'

const readers: Record<ResultsFormat, ResultsReader> = {
  ...{ promptfoo, deepeval, inspect, 'vitest-evals': vitestEvals },
  ...{ evalite, langfuse, langsmith, junit },
}

export interface ResultsOptions {
  /** Without it the tool is recognised from the content. */
  format?: ResultsFormat | undefined
  metric?: string | undefined
  scale?: Scale | undefined
  /** The field of the cases that says which belong together. */
  cluster?: string | undefined
}

/** One side of a comparison, as its file has it. */
export interface ReadSide extends Omit<ToolResults, 'scores' | 'promised' | 'scale'> {
  tool: ResultsFormat
  /** The file as the user named it, with what follows `#`. */
  name: string
  /** The SHA-256 of its file. */
  digest: string
  rows: GivenScore[]
  /** What answered, for people; null where the file does not say. */
  version: string | null
  /** What each case was held against, by its id. */
  measures: ReadonlyMap<string, string | undefined>
  clusterNote: string | null
  /** Which results passed by the tool's own rule, by case and repeat; of a failed call it says nothing. */
  passed: ReadonlyMap<string, boolean>
  /** How many results fewer than it says the file has. */
  missing: number
}

/**
 * Reads one side: a file, or with `file#provider` a part of one.
 * @throws SluiceError `invalid-input` for whatever cannot be read as scores without guessing
 */
export async function readSide(given: string, options: ResultsOptions, cwd: string): Promise<ReadSide> {
  const { file, choice } = placeOf(given, cwd)
  const content = await readContent(file, cwd)
  const tool = toolOf(content, options.format)
  const { scores, ...results } = readers[tool].read(content, options.metric)
  if (scores.length === 0) throw invalidResults(`${content.name}: the results are empty`)
  const { own, version } = versionOf(scores, choice, content.name)
  const named = nameCases(scaleScores(own, options.scale ?? results.scale, content.name), content.name)
  const clusters = clusterCases(named, options.cluster, content.name)
  const { promised = 0 } = results
  return {
    ...results,
    missing: Math.max(0, promised - scores.length),
    tool,
    digest: content.digest,
    name: choice === undefined ? content.name : `${content.name}#${choice}`,
    rows: named.map((score) => rowOf(score, clusters.of.get(score.id))),
    version,
    measures: new Map(named.map(({ id, measure }) => [id, measure])),
    clusterNote: clusters.note,
    passed: new Map(
      named.flatMap(({ id, repeat, passed, value }): [string, boolean][] =>
        passed === undefined || value === undefined ? [] : [[JSON.stringify([id, repeat]), passed]],
      ),
    ),
  }
}

function placeOf(given: string, cwd: string): { file: string; choice?: string } {
  const at = given.indexOf('#')
  if (at < 0 || existsSync(path.resolve(cwd, given))) return { file: given }
  return { file: given.slice(0, at), choice: given.slice(at + 1) }
}

function toolOf(content: ResultsContent, forced: ResultsFormat | undefined): ResultsFormat {
  const found = resultsFormats.find((format) => readers[format].recognises(content))
  if (forced !== undefined && forced !== found && !readers[forced].recognises(content)) {
    const seen = found === undefined ? '' : `; it looks like ${found}`
    throw invalidResults(`${content.name} is no file of ${forced}${seen}`)
  }
  const tool = forced ?? found
  if (tool !== undefined) return tool
  const first = Array.isArray(content.json) ? content.json[0] : content.json
  const own = typeof first === 'object' && first !== null && 'id' in first && ('score' in first || 'error' in first)
  throw invalidResults(
    `${content.name} is no results file that is known (${resultsFormats.join(', ')}). ${
      own
        ? 'Scores of your own are compared with --candidate-scores and --baseline-scores'
        : 'Other tools: write {"id", "score"} as JSON Lines, for --candidate-scores and --baseline-scores'
    }; to compare two versions of a prompt, name its feature`,
  )
}

/** The scores of one version. @throws SluiceError where the file holds several and the choice leaves more than one */
function versionOf(scores: ToolScore[], choice: string | undefined, name: string) {
  const versions = new Map(scores.map(({ version = [] }) => [JSON.stringify(version), version]))
  const wanted = choice?.split('#').map((word) => word.trim()) ?? []
  const all = [...versions.values()]
  const found = wanted.reduce((left, word) => {
    const exact = left.filter((names) => names.includes(word))
    return exact.length > 0 ? exact : left.filter((names) => names.some((each) => each.includes(word)))
  }, all)
  const [only, ...others] = found
  if (only !== undefined && others.length === 0) {
    const key = JSON.stringify(only)
    const own = versions.size === 1 ? scores : scores.filter(({ version = [] }) => JSON.stringify(version) === key)
    return { own, version: only.length === 0 ? null : nameList(only.slice(0, 2)) }
  }
  const problem =
    only === undefined ? `${name} holds nothing of "${choice}"` : `${name} holds results of several versions`
  const example = all[0]?.slice(0, 2).join('#')
  throw invalidResults(
    `${problem}. Name the one that is meant, e.g. ${name}#${example}. It has\n  ${all.map((names) => nameList(names)).join('\n  ')}`,
  )
}

function rowOf(score: NamedScore, cluster: string | undefined): GivenScore {
  const { id, repeat, value, error, tags = [], costUsd, latencyMs } = score
  return {
    id,
    repeat,
    ...(value === undefined ? { error: error || 'no score, and no reason why' } : { score: value }),
    tags: [...new Set(tags)],
    weight: 1,
    critical: false,
    ...(cluster !== undefined && { cluster }),
    ...(costUsd !== undefined && costUsd >= 0 && { costUsd }),
    ...(latencyMs !== undefined && latencyMs >= 0 && { latencyMs }),
  }
}
