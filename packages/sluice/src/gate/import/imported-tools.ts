import { toolChoiceSchema, toolsSchema } from '../../core/suite/prompt/tools.ts'
import { isObject } from '../../json.ts'
import type { FidelityLedger } from './fidelity.ts'
import { type Data, listOf } from './file-data.ts'
import { picoschema } from './picoschema.ts'

/** A tool as a prompt file has it. */
export interface ImportedTool {
  name: string
  description?: string
  parameters?: Data
}

export interface ImportedTools {
  tools?: ImportedTool[]
  toolChoice?: string | { name: string }
}

interface ToolsField {
  /** What the field is called there, for the ledger. */
  name: string
  place: string
  ledger: FidelityLedger
}

/**
 * Tools in the forms of OpenAI, Anthropic, Google, Prompty and dotprompt as those of a prompt file. One without a
 * schema that is written down, such as a name or code, is dropped by name, and so is what the provider runs by itself.
 */
export function toolsOf(given: unknown, choice: unknown, { name, place, ledger }: ToolsField): ImportedTools {
  const row = { kind: 'field', name, place } as const
  const tools: ImportedTool[] = []
  for (const one of listOf(given).flatMap(declarations)) {
    const { tool, lost } = toolOf(one)
    const fault = tool === undefined ? lost : faultOf([...tools, tool])
    if (tool === undefined || fault !== undefined) {
      ledger.add({ ...row, outcome: 'dropped', note: fault ?? '' })
      continue
    }
    tools.push(tool)
    const note = 'a tool of the prompt file; write mocks that answer its calls'
    if (lost === undefined) ledger.add({ ...row, outcome: 'same', note })
    else ledger.add({ ...row, outcome: 'approximated', note: `${note}; ${lost}` })
  }
  if (tools.length === 0) return {}
  return { tools, ...choiceOf(choice, tools, { ...row, ledger }) }
}

/** Google lists several functions as one tool. */
function declarations(given: unknown): unknown[] {
  const { functionDeclarations, function_declarations: declared } = isObject(given) ? given : ({} as Data)
  const all = functionDeclarations ?? declared
  return Array.isArray(all) ? all : [given]
}

/** The tool, and what of it is lost; without a tool why there is none. */
function toolOf(given: unknown): { tool?: ImportedTool; lost?: string } {
  if (!isObject(given)) return { lost: 'a name or a file without its schema; write name, description and parameters' }
  const kind = given.type ?? given.kind
  const inner = isObject(given.function) ? given.function : given
  const isFunction = kind === undefined || kind === 'function' || kind === 'custom'
  const { name, description, parameters, input_schema: input, inputSchema, ...others } = inner
  if (!isFunction || typeof name !== 'string')
    return { lost: 'run by the provider or by another server, and not a function with a schema' }
  const schema = parameters ?? input ?? inputSchema
  const read = schema === undefined ? undefined : schemaOf(schema)
  if (schema !== undefined && read === undefined) return { lost: 'its parameters are no JSON Schema' }
  const taken = new Set(['type', 'kind', 'outputSchema'])
  const lost = Object.keys(others).filter((key) => !taken.has(key) && others[key] !== false)
  return {
    tool: {
      name,
      ...(typeof description === 'string' && { description }),
      ...(read !== undefined && { parameters: read }),
    },
    ...(lost.length > 0 && { lost: `without ${lost.join(', ')}` }),
  }
}

/** A schema as JSON Schema: Google writes its types in capitals, and dotprompt has a short form. */
function schemaOf(schema: unknown): Data | undefined {
  const lower = withLowerTypes(schema)
  if (isObject(lower) && Array.isArray(lower.properties)) return undefined
  return picoschema(lower)
}

function withLowerTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withLowerTypes)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === 'type' && typeof each === 'string' && /^[A-Z]+$/.test(each) ? each.toLowerCase() : withLowerTypes(each),
    ]),
  )
}

/** Why the last of the tools cannot stand in a prompt file. */
function faultOf(tools: readonly ImportedTool[]): string | undefined {
  return toolsSchema.safeParse(tools).error?.issues[0]?.message
}

/** What the first message must do about tools: `any` of Anthropic and `required` of OpenAI are the same. */
function choiceOf(
  choice: unknown,
  tools: readonly ImportedTool[],
  { ledger, ...row }: ToolsField & { kind: 'field' },
): Pick<ImportedTools, 'toolChoice'> {
  if (choice === undefined) return {}
  const {
    type,
    function: named,
    name = isObject(named) ? named.name : undefined,
  } = isObject(choice) ? choice : ({} as Data)
  const wanted = name === undefined ? (type ?? choice) : { name }
  const read = toolChoiceSchema.safeParse(wanted === 'any' ? 'required' : wanted).data
  const isKnown = read !== undefined && (typeof read === 'string' || tools.some((tool) => tool.name === read.name))
  const at = { ...row, name: 'tool_choice' }
  if (isKnown) ledger.add({ ...at, outcome: 'same', note: 'toolChoice' })
  else ledger.add({ ...at, outcome: 'dropped', note: 'no choice among these tools that a prompt file has' })
  return isKnown ? { toolChoice: read } : {}
}
