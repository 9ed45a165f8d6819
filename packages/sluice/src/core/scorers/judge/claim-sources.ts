import type { ClaimSource, RubricItem } from '../../../records/rubric.ts'
import { ContentFile } from '../../suite/values/content-file.ts'
import { NoSourceError } from './judge-error.ts'
import type { Material } from './material.ts'

/** A text that claims of an output are held against. */
export interface SourceText {
  source: ClaimSource
  /** The id of a retrieved document, if it has one, and its place, from 1. */
  document: { id: string | null; place: number } | undefined
  text: string
}

/**
 * The texts of the sources that an item about claims names, the documents one by one.
 * @throws NoSourceError where a source is not known whole, or none has any text: whatever came of it would be a guess
 */
export function sourceTexts({ id, claims }: Pick<RubricItem, 'id' | 'claims'>, material: Material): SourceText[] {
  const named = claims?.in ?? []
  const texts = named.flatMap((source): SourceText[] =>
    source === 'retrieved' ? documents(id, material) : [variable(id, source, material)],
  )
  if (texts.some(({ text }) => text.trim() !== '')) return texts
  throw new NoSourceError(`${nothing(id)}: there is no text in ${named.join(', ')}`)
}

function nothing(id: string): string {
  return `the rubric item "${id}" has nothing to compare the claims with`
}

function documents(id: string, { trace }: Material): SourceText[] {
  const { retrieved, unread } = trace ?? {}
  if (!retrieved) {
    const why = unread === undefined ? '' : ` (it cannot be read: ${unread})`
    throw new NoSourceError(
      `${nothing(id)}: the application reported no "retrieved"${why}; report it beside the output, or take "retrieved" out of "in"`,
    )
  }
  return retrieved.map((document, index): SourceText => {
    const place = index + 1
    if (document.text === null)
      throw new NoSourceError(
        `${nothing(id)}: the text of retrieved document ${place} was not reported; report "text" beside its id`,
      )
    return { source: 'retrieved', document: { id: document.id, place }, text: document.text }
  })
}

function variable(id: string, source: ClaimSource, { vars }: Material): SourceText {
  const name = source.slice('vars.'.length)
  const value = Object.hasOwn(vars, name) ? vars[name] : undefined
  if (value === undefined || value === null)
    throw new NoSourceError(`${nothing(id)}: the case does not set the variable "${name}"`)
  if (value instanceof ContentFile)
    throw new NoSourceError(`${nothing(id)}: the variable "${name}" is a file, and the judge is shown texts only`)
  return { source, document: undefined, text: typeof value === 'string' ? value : JSON.stringify(value, null, 2) }
}
