import { type InputType, inputFaults } from '@sluice/client'
import { isObject } from '../../json.ts'
import type { FidelityLedger } from './fidelity.ts'

/** An entry under `inputs` of a prompt file. */
export interface ImportedInput {
  type?: InputType | InputType[]
  enum?: (string | number | boolean | null)[]
  required?: boolean
  default?: unknown
  description?: string
}

/** What another tool says about a variable; its types are those of JSON Schema, or have names like them. */
export interface GivenInput {
  type?: unknown
  enum?: unknown
  required?: unknown
  default?: unknown
  description?: unknown
  /** More rules, which inputs do not have: `items`, `properties`, `pattern`, ... */
  rules?: readonly string[]
}

const types: Record<string, InputType> = {
  ...{ string: 'string', str: 'string', text: 'string', number: 'number', float: 'number', integer: 'integer' },
  ...{ int: 'integer', boolean: 'boolean', bool: 'boolean', array: 'array', list: 'array' },
  ...{ object: 'object', dict: 'object', null: 'null' },
}

/** A variable as an entry of `inputs`, with a row for it in the ledger. Undefined where nothing is said of it. */
export function typedInput(
  name: string,
  given: GivenInput,
  { field, place, ledger }: { field: string; place: string; ledger: FidelityLedger },
): ImportedInput | undefined {
  const names = given.type === undefined ? [] : [given.type].flat().map(String)
  const known = names.map((each) => (Object.hasOwn(types, each) ? types[each] : undefined))
  const isKnown = known.length > 0 && known.every((each) => each !== undefined)
  const values = Array.isArray(given.enum) && given.enum.length > 0 && !given.enum.some(isStructure) ? given.enum : null
  const [only, ...others] = known.filter((each) => each !== undefined)
  const typed: ImportedInput = {
    ...(isKnown && only !== undefined && { type: others.length === 0 ? only : [only, ...others] }),
    ...(values && { enum: values }),
  }
  const fits = inputFaults({ [name]: { ...typed, required: true } }, { [name]: given.default }).length === 0
  const lost = [
    ...(names.length > 0 && !isKnown ? [`the type ${names.join(' or ')}`] : []),
    ...(given.enum !== undefined && values === null ? ['enum'] : []),
    ...(given.default !== undefined && !fits ? ['a default that is not of its type'] : []),
    ...(given.rules ?? []),
  ]
  const input: ImportedInput = {
    ...typed,
    ...(given.default !== undefined && fits && { default: given.default }),
    ...(typeof given.required === 'boolean' && { required: given.required }),
    ...(typeof given.description === 'string' && { description: given.description }),
  }
  ledger.add({
    ...{ kind: 'field', name: field, place },
    outcome: lost.length > 0 ? 'approximated' : 'same',
    note: lost.length > 0 ? `inputs of the prompt file, without ${lost.join(', ')}` : 'inputs of the prompt file',
  })
  return Object.keys(input).length === 0 ? undefined : input
}

function isStructure(value: unknown): boolean {
  return isObject(value) || Array.isArray(value)
}
