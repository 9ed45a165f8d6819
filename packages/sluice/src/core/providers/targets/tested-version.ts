import type { VersionRole } from '../../../records/report/case-detail.ts'
import { writtenMessages } from '../../suite/models/content-parts.ts'
import type { Prompt } from '../../suite/prompt/prompt.ts'
import { plainData } from '../../suite/values/written.ts'
import { ProviderError } from '../provider-error.ts'

/** The version that a target is asked for. */
export interface TestedVersion {
  prompt: Pick<
    Prompt,
    'feature' | 'id' | 'label' | 'messages' | 'model' | 'parameters' | 'tools' | 'toolChoice' | 'maxSteps'
  >
  role: VersionRole
  /** Absolute path of a prompt file with this version; undefined if the prompt has no messages. */
  promptFile: string | undefined
}

/** What an application is told about the version under test, as plain data. */
export interface VersionUnderTest {
  feature: string
  version: {
    id: string
    label: string | null
    /** The messages of a prompt file; images and PDFs are data: URLs. */
    messages: unknown
    model: string
    parameters: unknown
    /** Absent where the version has none, as the next two. */
    tools?: unknown
    toolChoice?: unknown
    maxSteps?: number
  }
  /** Its role in the comparison, by the name that applications know. */
  arm: VersionRole
}

/** What the calls of one application are told, put together once, for the first of them; nothing without a version. */
export function createVersionUnderTest(tested: TestedVersion | undefined): () => Promise<VersionUnderTest | undefined> {
  let version: Promise<VersionUnderTest> | undefined
  return async () => {
    if (tested) version ??= versionUnderTest(tested)
    return version
  }
}

async function versionUnderTest({ prompt, role }: TestedVersion): Promise<VersionUnderTest> {
  const { feature, id, label = null, model, parameters, tools, toolChoice, maxSteps } = prompt
  const messages = await writtenMessages(prompt.messages)
  const version = {
    ...{ id, label, messages, model, parameters: plainData(parameters) },
    ...(tools && { tools: plainData(tools) }),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(maxSteps !== undefined && { maxSteps }),
  }
  return { feature, version, arm: role }
}

/**
 * The body of a request: the variables, and beside them the version under test if the target asks for it.
 * @throws ProviderError `bad-request` if a variable has the name of the version's key
 */
export function requestBody(
  vars: Record<string, unknown>,
  { caseId, repeat }: { caseId: string; repeat: number },
  version: VersionUnderTest | undefined,
): string {
  if (!version) return JSON.stringify(vars)
  if (Object.hasOwn(vars, 'sluice')) {
    const fault =
      'target: the case has a variable "sluice", the key of the version; rename it, or leave out sendVersion'
    throw new ProviderError('bad-request', fault, { retryable: false })
  }
  return JSON.stringify({ ...vars, sluice: { ...version, case: caseId, repeat } })
}
