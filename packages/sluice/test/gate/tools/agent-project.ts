import type { ChatRequest, FakeModel } from '../../support/fake-model.ts'
import { fakeModel } from '../../support/fake-model.ts'
import type { Project } from '../../support/project.ts'

/** A call as a fake model makes it; a text of arguments is sent as it is. */
export type FakeCall = [name: string, args: unknown]

/** What the model says: a text, or calls of tools. */
export type Said = string | FakeCall[]

/** What it does: it says something, or its server fails. */
type Done = Said | { status: number; body?: string }

/** A message of a chat request, with what it has where tools are called. */
export interface ChatMessage {
  role: string
  content: string | null
  tool_calls?: { id: string; function: { name: string; arguments: string } }[]
  tool_call_id?: string
}

export interface ToolRequest extends Omit<ChatRequest, 'messages'> {
  messages: ChatMessage[]
  tools?: { function: { name: string; parameters: unknown } }[]
  tool_choice?: unknown
}

/** A model on loopback that calls tools. `say` gets the request and how many steps it has seen in this conversation. */
export function fakeAgent(say: (request: ToolRequest, step: number) => Done): Promise<FakeModel> {
  return fakeModel((asked) => {
    const request = asked as unknown as ToolRequest
    const step = request.messages.filter(({ role }) => role === 'assistant').length
    const reply = say(request, step)
    if (typeof reply === 'object' && 'status' in reply) return reply
    return { status: 200, body: JSON.stringify(chatAnswer(reply, step)) }
  })
}

export function chatAnswer(reply: Said, step = 0) {
  const calls =
    typeof reply === 'string'
      ? undefined
      : reply.map(([name, args], index) => callOf(name, args, `call_${step}_${index}`))
  const message = calls
    ? { role: 'assistant', content: null, tool_calls: calls }
    : { role: 'assistant', content: reply }
  return {
    ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 0, model: 'agent' },
    choices: [{ index: 0, finish_reason: calls ? 'tool_calls' : 'stop', message }],
    usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
  }
}

function callOf(name: string, args: unknown, id: string) {
  return { id, type: 'function', function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) } }
}

/** Three tools of a support agent. */
const tools = `tools:
  - name: lookup
    description: Finds an order by its number.
    parameters: {type: object, properties: {order: {type: string}}, required: [order]}
  - name: refund
    parameters: {type: object, properties: {order: {type: string}, amount: {type: number}}, required: [order, amount]}
  - {name: close}
`

export interface AgentOptions {
  url: string
  /** Further lines of the prompt file. */
  prompt?: string
  /** The suite, as YAML. */
  cases?: string
  files?: Record<string, string>
}

export function agentFiles({
  url,
  prompt = '',
  cases = '- {id: a, vars: {order: "1182"}, tags: [core]}',
  files = {},
}: AgentOptions) {
  return {
    'sluice.yaml': `sluice: 1
providers: {local: {kind: openai-compatible, baseURL: "${url}"}}
prices: {"local:*": {input: 1, output: 1}}
`,
    'prompts/agent.prompt.yml': `sluice: 1
name: agent
model: local:m
messages: [{role: system, content: Help.}, {role: user, content: "Where is order {{order}}?"}]
suites: {fast: ../evals/agent.yaml}
checks: [{contains: late}]
${tools}${prompt}`,
    'evals/agent.yaml': `${cases}\n`,
    ...files,
  }
}

/** A case of the report, as far as tests look at it. */
export interface AgentCase {
  id: string
  state: string
  score: number | null
  costUsd: number | null
  trace?: { trajectory: { messages: { role: string; text: string | null; calls: Record<string, unknown>[] }[] } }
  error: string | null
}

/** The cases of the report of `sluice eval`. */
export async function evalIn(project: Project): Promise<{ cases: AgentCase[]; stdout: string; stderr: string }> {
  const { stdout, stderr } = await project.sluice(['eval', 'agent', '--json'])
  const report = stdout === '' ? undefined : JSON.parse(stdout)
  return { cases: report?.features[0].cases ?? [], stdout, stderr }
}
