import { createHash } from 'node:crypto'
import { isObject } from '../../../json.ts'
import type { FidelityLedger } from '../fidelity.ts'
import { type Data, listOf } from '../file-data.ts'
import type { CheckEntry, ImportedPart, RubricEntry } from '../imported.ts'
import { checkFault } from '../literal.ts'
import { messageText } from '../rows/case-features.ts'
import { textOfValue } from '../rows/row-fields.ts'
import { criterionName, type GraderTranslation } from './criterion.ts'
import { itemTemplate, itemVariables } from './item-template.ts'
import { labelJudge, scoreJudge } from './model-graders.ts'

/** One testing criterion, and what it has become. */
export interface HostedGrader {
  checks: CheckEntry[]
  rubric: RubricEntry[]
  evaluators: Data[]
  /** Paths into the item that it uses. */
  variables: string[]
  /** The key of the item that it compares the answer with, where it compares with that alone. */
  reference?: string
  part: Omit<ImportedPart, 'checks'>
}

/** Code of an export, for a person to look at. */
export interface ReviewFiles {
  add(code: string, ending: string): string
  files(): { path: string; text: string }[]
}

export function createReviewFiles(): ReviewFiles {
  const texts = new Map<string, string>()
  return {
    add(code, ending) {
      const path = `review/openai-${createHash('sha256').update(code).digest('hex').slice(0, 8)}.${ending}`
      texts.set(path, code.endsWith('\n') ? code : `${code}\n`)
      return path
    },
    files: () => [...texts].map(([path, text]) => ({ path, text })),
  }
}

interface GraderSite {
  place: string
  ledger: FidelityLedger
  review: ReviewFiles
}

/** The testing criteria of an eval, each of which must pass. */
export function hostedGraders(criteria: unknown, { place, ledger, review }: GraderSite): HostedGrader[] {
  return listOf(criteria).flatMap((given, index) =>
    graderParts(given, `${place}testing_criteria[${index}]`, { ledger, review, weight: 1 }),
  )
}

interface PartSite {
  ledger: FidelityLedger
  review: ReviewFiles
  /** Its share in the grader around it. */
  weight: number
}

function graderParts(given: unknown, place: string, site: PartSite): HostedGrader[] {
  const grader = isObject(given) ? given : {}
  const type = String(grader.type ?? 'unknown')
  if (type === 'multi') return multiParts(grader, place, site)
  const { checks = [], evaluators = [], outcome, note } = withValidChecks(translated(type, grader, site.review))
  site.ledger.add({ kind: 'assertion', name: type, outcome, note, place })
  const extra = unknownFields(type, grader)
  for (const key of extra)
    site.ledger.add({
      kind: 'field',
      name: `${type}.${key}`,
      outcome: 'dropped',
      note: 'no field of this grader that is known here',
      place,
    })
  const name = criterionName(grader.name ?? type)
  const own = checks.map((check) => ({
    ...check,
    name,
    ...(site.weight === 1 ? { must: true } : { weight: site.weight }),
  }))
  const reference = onlyItem(grader.reference)
  return [
    {
      checks: own,
      // A judge with choices is no check of a case: that it needs the judge is all that a comparison has to know.
      rubric: [],
      evaluators,
      variables: [...new Set([grader.input, grader.reference].flatMap(textsOf).flatMap(itemVariables))],
      ...(reference !== undefined && checks.length > 0 && { reference }),
      part: { name, place, rubric: evaluators.map(() => ({ ask: name })), outcome, note, weight: 1 },
    },
  ]
}

function onlyItem(reference: unknown): string | undefined {
  return typeof reference === 'string' ? /^\{\{\s*item\.([\w-]+)\s*\}\}$/.exec(reference.trim())?.[1] : undefined
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return listOf(value).flatMap((each) =>
    isObject(each) ? textsOf(messageText(each.content) ?? '') : typeof each === 'string' ? [each] : [],
  )
}

function withValidChecks(translation: GraderTranslation): GraderTranslation {
  const fault = (translation.checks ?? []).map(checkFault).find((each) => each !== undefined)
  return fault === undefined ? translation : dropped(`no valid check comes of it: ${fault}`)
}

const dropped = (note: string): GraderTranslation => ({ outcome: 'dropped', note })

const known: Record<string, string[]> = {
  string_check: ['input', 'reference', 'operation'],
  text_similarity: ['input', 'reference', 'evaluation_metric', 'pass_threshold'],
  label_model: ['input', 'model', 'labels', 'passing_labels', 'sampling_params'],
  score_model: ['input', 'model', 'range', 'pass_threshold', 'sampling_params'],
  python: ['source', 'image_tag', 'pass_threshold'],
}

function unknownFields(type: string, grader: Data): string[] {
  const own = Object.hasOwn(known, type) ? known[type] : undefined
  return own === undefined ? [] : Object.keys(grader).filter((key) => ![...own, 'type', 'name', 'id'].includes(key))
}

function translated(type: string, grader: Data, review: ReviewFiles): GraderTranslation {
  if (type === 'string_check') return stringCheck(grader)
  if (type === 'text_similarity') return textSimilarity(grader)
  if (type === 'label_model') return labelJudge(grader)
  if (type === 'score_model') return scoreJudge(grader)
  if (type === 'python') {
    if (typeof grader.source !== 'string') return dropped('it has no source')
    return dropped(
      `code to review in ${review.add(grader.source, 'py')}: nothing runs it until a check names it as a command`,
    )
  }
  return dropped('a grader of an unknown type')
}

const output = /^\{\{\s*sample\.output_text\s*\}\}$/
const outputPath = /^\{\{\s*sample\.output_json((?:\.[A-Za-z_]\w*)+)\s*\}\}$/

function stringCheck({ input, reference, operation }: Data): GraderTranslation {
  if (typeof input !== 'string' || typeof reference !== 'string')
    return dropped('its input or its reference is no text')
  const isTurned = output.test(reference.trim()) && (operation === 'eq' || operation === 'ne')
  const [looked, compared] = isTurned ? [reference, input] : [input, reference]
  const wanted = itemTemplate(compared)
  if (wanted === undefined) return dropped('its reference is more than texts and values of the item')
  const [, path] = outputPath.exec(looked.trim()) ?? []
  if (path !== undefined && operation === 'eq')
    return { checks: [{ jsonPath: { path: `$${path}`, equals: wanted } }], outcome: 'same', note: '' }
  if (!output.test(looked.trim())) return dropped('its input is not {{sample.output_text}} alone')
  const letters = { caseSensitive: true }
  if (operation === 'eq' || operation === 'ne')
    return {
      checks: [{ [operation === 'eq' ? 'equals' : 'notEquals']: wanted, ...letters }],
      outcome: 'approximated',
      note: 'white space around the text makes no difference',
    }
  if (operation === 'like') return { checks: [{ contains: wanted, ...letters }], outcome: 'same', note: '' }
  if (operation === 'ilike') return { checks: [{ contains: wanted }], outcome: 'same', note: '' }
  return dropped(`an unknown operation: ${textOfValue(operation)}`)
}

const metrics: Record<string, string> = {
  cosine: 'embedding',
  fuzzy_match: 'levenshtein',
  bleu: 'bleu',
  gleu: 'gleu',
  meteor: 'meteor',
  rouge_1: 'rouge-1',
  rouge_2: 'rouge-2',
  rouge_3: 'rouge-3',
  rouge_4: 'rouge-4',
  rouge_5: 'rouge-5',
  rouge_l: 'rouge-l',
}

function textSimilarity({
  input,
  reference,
  evaluation_metric: metric,
  pass_threshold: threshold,
}: Data): GraderTranslation {
  const ours = typeof metric === 'string' && Object.hasOwn(metrics, metric) ? metrics[metric] : undefined
  if (ours === undefined) return dropped(`an unknown metric: ${textOfValue(metric)}`)
  if (typeof input !== 'string' || !output.test(input.trim()))
    return dropped('its input is not {{sample.output_text}} alone')
  const to = typeof reference === 'string' ? itemTemplate(reference) : undefined
  if (to === undefined) return dropped('its reference is more than texts and values of the item')
  if (typeof threshold !== 'number') return dropped('it has no pass_threshold')
  const differs =
    metric === 'fuzzy_match'
      ? 'by edits of characters, and not by the ratio of rapidfuzz; '
      : metric === 'cosine'
        ? 'with the embedding model of sluice.yaml; '
        : ''
  return {
    checks: [{ similarity: { to, metric: ours, min: threshold } }],
    outcome: 'approximated',
    note: `${differs}passed or not, and not by its value`,
  }
}

/** The graders within one, by their factors in a sum; any other formula is gone. */
function multiParts({ graders, calculate_output: formula }: Data, place: string, site: PartSite): HostedGrader[] {
  const named: [string, unknown][] =
    isObject(graders) && !Object.hasOwn(graders, 'type')
      ? Object.entries(graders)
      : listOf(graders).map((each, index) => [String(index), each])
  const factors =
    typeof formula === 'string'
      ? sumFactors(
          formula,
          named.map(([name]) => name),
        )
      : undefined
  site.ledger.add({
    kind: 'assertion',
    name: 'multi',
    outcome: 'approximated',
    note:
      factors === undefined
        ? `its formula is gone (${textOfValue(formula)}): its graders count alike`
        : 'its graders stand by themselves, with the factors of its sum as weights',
    place,
  })
  return named.flatMap(([name, grader]) =>
    graderParts(grader, `${place}.graders.${name}`, { ...site, weight: factors?.get(name) ?? 1 / named.length }),
  )
}

/** The factors of `0.7 * a + 0.3 * b`; undefined for any other formula. */
function sumFactors(formula: string, names: readonly string[]): Map<string, number> | undefined {
  const found = new Map<string, number>()
  for (const term of formula.split('+')) {
    const [, before, name = '', after] =
      /^\s*(?:(\d*\.?\d+)\s*\*\s*)?([A-Za-z_]\w*)(?:\s*\*\s*(\d*\.?\d+))?\s*$/.exec(term) ?? []
    if (!names.includes(name) || found.has(name)) return undefined
    found.set(name, Number(before ?? 1) * Number(after ?? 1))
  }
  return found.size === names.length ? found : undefined
}
