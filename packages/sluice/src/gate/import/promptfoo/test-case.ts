import { SluiceError } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import type { FidelityLedger } from '../fidelity.ts'
import { type Data, listOf, parseData } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { ImportedCase, ImportedPart } from '../imported.ts'
import { type Assertion, type AssertionSite, dropped } from './assertion.ts'
import { askedOf, originsOf } from './old-answers.ts'
import { renderTemplate } from './render-template.ts'
import type { ScriptFiles } from './script-module.ts'
import type { FooTest } from './tests.ts'
import { translateAssertion } from './translate-assertion.ts'

/** What the tests of one import share. */
export interface TestSite {
  source: ImportSource
  scripts: ScriptFiles
  ledger: FidelityLedger
  /** JavaScript that changes every output. */
  transforms: readonly string[]
  /** An assertion is dropped, and not a fault, where a file that it names is not there. */
  areFilesOptional?: boolean
}

/** A test as a golden case, its assertions as checks and questions. */
export async function caseOfTest(test: FooTest, index: number, site: TestSite): Promise<ImportedCase> {
  const { description, vars, place, threshold, metadata } = test
  const { ledger } = site
  const parts: ImportedPart[] = []
  for (const asked of assertionsOf(test, site)) parts.push(await partOf(asked, vars, site))
  for (const { name, outcome, note, place: at } of parts)
    ledger.add({ kind: 'assertion', name, outcome, note, place: at })
  otherFields(test, ledger)
  const title = description === undefined ? undefined : rendered(description, vars)
  return {
    id: title ?? `test-${index + 1}`,
    vars,
    checks: parts.flatMap(({ checks }) => checks),
    rubric: parts.flatMap(({ rubric }) => rubric),
    ...tagsOf(metadata),
    source: { promptfoo: place, ...(Object.keys(metadata).length > 0 && { metadata }) },
    parts,
    origins: () => originsOf(vars, description),
    ...(threshold !== undefined && { passesAt: threshold }),
  }
}

function rendered(text: string, vars: Data): string {
  try {
    return renderTemplate(text, vars)
  } catch {
    return text
  }
}

function tagsOf({ tags, category }: Data): { tags?: string[] } {
  const found = [...listOf(tags), ...listOf(category)].filter((tag) => typeof tag === 'string' && tag.trim() !== '')
  return found.length === 0 ? {} : { tags: [...new Set(found as string[])] }
}

async function partOf(
  asked: Assertion,
  vars: Data,
  { source, scripts, areFilesOptional }: TestSite,
): Promise<ImportedPart> {
  const load = async (reference: string) => {
    const file = reference.replace(/^file:\/\//, '')
    const text = await source.textOf(file)
    return /\.(?:ya?ml|json)$/.test(file) ? parseData(text, file) : text.replace(/\r?\n$/, '')
  }
  const assertionSite: AssertionSite = { vars, scripts, load }
  const translation = await translateAssertion(asked, assertionSite).catch((error: unknown) => {
    if (areFilesOptional && error instanceof SluiceError) return dropped(error.message)
    throw error
  })
  return {
    name: `${asked.isInverse ? 'not-' : ''}${asked.type}`,
    place: asked.place,
    weight: asked.weight,
    asked: askedOf({ value: asked.value, threshold: asked.threshold }),
    ...translation,
  }
}

/** The assertions of a test, those of sets among them, with everything applied that stands around them. */
function assertionsOf(test: FooTest, site: TestSite): Assertion[] {
  const isMust = test.threshold === undefined
  const transforms = [...site.transforms, ...transformsOf(test.options)]
  return listOf(test.assert).flatMap((given, index) => {
    const place = `${test.place}.assert[${index}]`
    if (!isObject(given) || given.type !== 'assert-set')
      return [assertionOf(given, { place, isMust, transforms, weight: 1 })]
    const inner = listOf(given.assert)
    const { threshold, weight } = given
    const isSet = typeof threshold === 'number'
    const total = inner.reduce<number>((sum, each) => sum + weightOf(each), 0)
    const share = total === 0 ? 1 : (typeof weight === 'number' ? weight : 1) / total
    site.ledger.add({
      kind: 'field',
      name: 'assert-set',
      outcome: isSet ? 'approximated' : 'same',
      note: isSet
        ? 'its threshold is gone: its checks count with their weights, and none of them must pass'
        : 'its checks stand by themselves, with their share of its weight',
      place,
    })
    return inner.map((each, nth) =>
      assertionOf(each, { place: `${place}.assert[${nth}]`, isMust: isMust && !isSet, transforms, weight: share }),
    )
  })
}

function weightOf(given: unknown): number {
  return isObject(given) && typeof given.weight === 'number' ? given.weight : 1
}

interface Around {
  place: string
  isMust: boolean
  transforms: readonly string[]
  /** What the weight of the assertion itself is multiplied by. */
  weight: number
}

function assertionOf(given: unknown, { place, isMust, transforms, weight }: Around): Assertion {
  const data = isObject(given) ? given : {}
  const type = typeof data.type === 'string' ? data.type : ''
  const own = weightOf(given) * weight
  return {
    type: type.replace(/^not-/, ''),
    isInverse: type.startsWith('not-'),
    value: data.value,
    threshold: typeof data.threshold === 'number' ? data.threshold : undefined,
    weight: own,
    isMust: isMust && own > 0,
    metric: typeof data.metric === 'string' ? data.metric : undefined,
    transforms: [...transforms, ...transformsOf(data)],
    place,
  }
}

function transformsOf({ transform, postprocess }: Data): string[] {
  return [transform, postprocess].filter((code) => typeof code === 'string')
}

/** Options that belong to the prompt, which takes them where it is translated. */
const taken = new Set(['prefix', 'suffix', 'transform', 'postprocess', 'disableVarExpansion', 'disableDefaultAsserts'])

const optionNotes: Record<string, string> = {
  provider: 'the judge is that of sluice.yaml, for all features',
  rubricPrompt: 'the judge has instructions of its own',
  factuality: 'the judge has instructions of its own',
  transformVars: 'code, which is not run here',
  storeOutputAs: 'cases do not depend on each other',
  runSerially: 'cases do not depend on each other',
}

const assertionNotes: Record<string, string> = {
  provider: optionNotes.provider ?? '',
  rubricPrompt: optionNotes.rubricPrompt ?? '',
  config: 'settings of an assertion of promptfoo',
  contextTransform: 'code, which is not run here',
}

function otherFields({ options, threshold, metadata, assert, place, ...test }: FooTest, ledger: FidelityLedger): void {
  const row = { kind: 'field', place } as const
  for (const key of Object.keys(options).filter((each) => !taken.has(each)))
    ledger.add({ ...row, name: `options.${key}`, outcome: 'dropped', note: optionNotes[key] ?? 'unknown here' })
  if (threshold !== undefined)
    ledger.add({
      ...row,
      name: 'threshold of a test',
      outcome: 'approximated',
      note: 'the score is the same weighted mean, but a case does not pass or fail; the gate looks at the mean of all',
    })
  if (Object.keys(metadata).length > 0)
    ledger.add({ ...row, name: 'metadata', outcome: 'same', note: 'kept under source; tags and category are tags' })
  if (test.description !== undefined)
    ledger.add({ ...row, name: 'description', outcome: 'same', note: 'the id of the case' })
  if (Object.keys(test.vars).length > 0) ledger.add({ ...row, name: 'vars', outcome: 'same', note: '' })
  for (const each of listOf(assert))
    for (const key of Object.keys(isObject(each) ? each : {}).filter((name) => Object.hasOwn(assertionNotes, name)))
      ledger.add({ ...row, name: `assert.${key}`, outcome: 'dropped', note: assertionNotes[key] ?? '' })
}
