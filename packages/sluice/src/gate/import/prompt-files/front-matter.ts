import { variablesOf } from '../../../core/suite/values/template.ts'
import { invalidInput } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import type { FidelityLedger } from '../fidelity.ts'
import { type Data, parseData } from '../file-data.ts'
import { escapeBraces } from '../literal.ts'

/** The settings above the text of a prompt, between two lines of `---`, and the text. */
export interface PromptDocument {
  settings: Data
  body: string
}

/** @throws InvalidFilesError, SluiceError `invalid-input` for settings that cannot be read */
export function readFrontMatter(text: string, file: string): PromptDocument {
  const normal = text.replaceAll('\r\n', '\n')
  const [, before, yaml, body] =
    /^((?:(?:#[^\n]*|[ \t]*)\n)*)---[ \t]*\n([\s\S]*?\n)?---[ \t]*(?:\n|$)([\s\S]*)$/
      .exec(normal)
      ?.map((part) => part ?? '') ?? []
  if (body === undefined || yaml === undefined) {
    if (/^\s*---[ \t]*\n/.test(normal)) throw invalidInput(`${file}: the settings that begin with --- never end`)
    return { settings: {}, body: normal }
  }
  // Lines before keep the place of a fault.
  const lines = '\n'.repeat((before ?? '').split('\n').length)
  const settings = yaml.trim() === '' ? {} : parseData(lines + yaml, file)
  if (!isObject(settings)) throw invalidInput(`${file}: the settings between the lines of --- are no map`)
  return { settings, body }
}

/**
 * A template of another tool as the text of a message. Plain variables stay; a text with anything more is kept as it
 * stands, which the ledger says, since the model would see the tags.
 */
export function plainTemplate(text: string, isTag: RegExp, place: string, ledger: FidelityLedger): string {
  const tag = isTag.exec(text)?.[0]
  const odd = tag === undefined ? variablesOf(text).find((name) => !/^[\w.-]+$/.test(name)) : undefined
  const found = tag ?? (odd === undefined ? undefined : `{{${odd}}}`)
  if (found === undefined) return text
  ledger.add({
    kind: 'field',
    name: 'template',
    outcome: 'dropped',
    note: `tags such as ${found} are not evaluated here and stand in the text: rewrite them`,
    place,
  })
  const parts = text.split(/(\{\{\s*[A-Za-z_][\w.-]*\s*\}\})/)
  return parts
    .map((part, index) =>
      index % 2 === 1 && !/^\{\{\s*(?:else|this|history)\b/.test(part) ? part : escapeBraces(part),
    )
    .join('')
}
