import { nearestData } from '../../../core/suite/values/written.ts'
import { parseYaml } from '../../../core/suite/yaml/yaml.ts'
import { isObject } from '../../../json.ts'
import { type Assertion, type AssertionSite, approximated, dropped, same, type Translation } from './assertion.ts'
import { renderTemplate } from './render-template.ts'
import { checkText, listOfTexts, scalarText } from './text-value.ts'

type Translator = (asked: Assertion, site: AssertionSite) => Translation

/** Assertions about the form of the output, its length, its likeness to a text, and what it took to get it. */
export const formatAssertions: Record<string, Translator> = {
  'is-json': (asked, site) => json(asked, site, { plain: 'json', withSchema: 'jsonSchema' }),
  'contains-json': (asked, site) => json(asked, site, { plain: 'containsJson', withSchema: 'containsJson' }),
  'is-xml': (asked) => xml(asked, 'xml'),
  'contains-xml': (asked) => xml(asked, 'containsXml'),
  'is-html': (asked) =>
    approximated([{ [named('html', asked)]: true }], 'parsed by HTML5; promptfoo looks for known tags'),
  'contains-html': (asked) =>
    approximated([{ [named('containsHtml', asked)]: true }], 'a tag of HTML; promptfoo wants two signs of it'),
  'is-sql': (asked) => sql(asked, 'sql'),
  'contains-sql': (asked) => sql(asked, 'containsSql'),
  'is-refusal': (asked) =>
    approximated([{ [named('refusal', asked)]: true }], 'by a list of phrases, which is not that of promptfoo'),
  'rouge-n': (asked, site) =>
    likeness(asked, site, { metric: 'rouge-1', min: 0.75, note: 'as F1, on words without case' }),
  bleu: (asked, site) =>
    likeness(asked, site, { metric: 'bleu', min: 0.5, note: 'with smoothing, on words without case' }),
  gleu: (asked, site) => likeness(asked, site, { metric: 'gleu', min: 0.5, note: 'on words without case' }),
  meteor: (asked, site) =>
    likeness(asked, site, { metric: 'meteor', min: 0.5, note: 'by words and stems, without synonyms of WordNet' }),
  levenshtein,
  similar,
  'similar:cosine': similar,
  'word-count': wordCount,
  latency: ({ threshold, isInverse }) =>
    isInverse || threshold === undefined
      ? dropped('it needs a threshold, and no "not"')
      : approximated([{ latencyMs: threshold }], 'ms; an answer out of the store has the time that it took once'),
  cost: ({ threshold, isInverse }) =>
    isInverse || threshold === undefined
      ? dropped('it needs a threshold, and no "not"')
      : same([{ costUsd: threshold }]),
}

function named(check: string, { isInverse }: Assertion): string {
  return isInverse ? `not${check.charAt(0).toUpperCase()}${check.slice(1)}` : check
}

function json(asked: Assertion, { vars }: AssertionSite, names: { plain: string; withSchema: string }): Translation {
  const { value } = asked
  if (value === undefined || value === null || value === '' || value === true) {
    return same([{ [named(names.plain, asked)]: true }])
  }
  const schema = typeof value === 'string' ? dataOf(renderTemplate(value, vars)) : value
  if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) return dropped('its schema is none')
  const check = { [named(names.withSchema, asked)]: schema }
  return /"(?:dependencies|additionalItems)":|"items":\[/.test(JSON.stringify(schema))
    ? approximated([check], 'read by draft 2020-12 of JSON Schema; it uses words of an older draft')
    : same([check])
}

function dataOf(text: string): unknown {
  return nearestData(parseYaml(text, 'schema').source?.value)
}

function xml(asked: Assertion, check: string): Translation {
  const { value } = asked
  if (value === undefined || value === null || value === '') return same([{ [named(check, asked)]: true }])
  const wanted = typeof value === 'object' && 'requiredElements' in value ? value.requiredElements : value
  const elements = listOfTexts(wanted)
  return elements === undefined
    ? dropped('its value is no list of elements')
    : same([{ [named(check, asked)]: { elements } }])
}

function sql(asked: Assertion, check: string): Translation {
  const settings =
    asked.value !== null && typeof asked.value === 'object' ? (asked.value as Record<string, unknown>) : {}
  const { databaseType = 'MySQL', allowedTables, allowedColumns } = settings
  const [tables, columns] = [listOfTexts(allowedTables), listOfTexts(allowedColumns)]
  const dialect = String(databaseType).toLowerCase()
  const value = { dialect, ...(tables && { tables }), ...(columns && { columns }) }
  return same([{ [named(check, asked)]: tables || columns ? value : dialect }])
}

const byVerdict = 'it scores 1 or 0, not the likeness'

function references({ value }: Assertion, { vars }: AssertionSite): string | string[] | undefined {
  const list = Array.isArray(value) ? listOfTexts(value) : [scalarText(value) ?? '']
  const texts = list?.map((text) => checkText(text, vars))
  if (texts === undefined || texts.some((text) => text.trim() === '')) return undefined
  return texts.length === 1 ? texts[0] : texts
}

interface Likeness {
  metric: string
  min: number
  note: string
}

function likeness(asked: Assertion, site: AssertionSite, { metric, min, note }: Likeness): Translation {
  const to = references(asked, site)
  if (to === undefined) return dropped('it has no text to compare with')
  const settings = { to, metric, min: asked.threshold ?? min }
  return approximated([{ [named('similarity', asked)]: settings }], `${note}; ${byVerdict}`)
}

/** A number of edits, as there. */
function levenshtein(asked: Assertion, site: AssertionSite): Translation {
  const to = references(asked, site)
  if (to === undefined) return dropped('it has no text to compare with')
  const settings = { to, metric: 'levenshtein', maxDistance: Math.floor(asked.threshold ?? 5) }
  const check = { [named('similarity', asked)]: settings, caseSensitive: true }
  return approximated([check], 'white space around the texts makes no difference')
}

/** The model that promptfoo takes where no other is named. */
const embeddingModel = 'openai:text-embedding-3-large'

function similar(asked: Assertion, site: AssertionSite): Translation {
  const to = references(asked, site)
  if (to === undefined) return dropped('it has no text to compare with')
  const settings = { to, metric: 'embedding', min: asked.threshold ?? 0.75, model: embeddingModel }
  return approximated(
    [{ [named('similarity', asked)]: settings }],
    `by ${embeddingModel}, promptfoo's default; ${byVerdict}`,
  )
}

const words = 'a word has a letter or a digit; promptfoo counts a lone dash too'

function wordCount({ value, isInverse, isMust }: Assertion): Translation {
  const { min, max } = isObject(value) ? value : { min: value, max: value }
  const [least, most] = [min, max].map((limit) => (limit === undefined ? undefined : Number(limit)))
  if ([least, most].some((limit) => limit !== undefined && !Number.isInteger(limit)))
    return dropped('its value is no number')
  if (least === undefined && most === undefined) return dropped('it has no limit')
  if (isInverse) {
    if (least === undefined) return approximated([{ minWords: Number(most) + 1 }], words)
    if (most === undefined && least > 0) return approximated([{ maxWords: least - 1 }], words)
    return dropped('the opposite of a range')
  }
  const limits = [
    ...(least === undefined ? [] : [{ minWords: least }]),
    ...(most === undefined ? [] : [{ maxWords: most }]),
  ]
  return approximated(limits, limits.length > 1 && !isMust ? `${words}; two checks, each of half the weight` : words)
}
