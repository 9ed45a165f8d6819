import { type CheckDeps, compileCheck, type Subject } from '../../../src/core/scorers/checks/check.ts'
import type { Case } from '../../../src/core/suite/cases/case.ts'
import { checkSchema } from '../../../src/core/suite/checks/check-entry.ts'
import type { CheckSpec } from '../../../src/core/suite/checks/check-spec.ts'
import type { CheckResult } from '../../../src/records/report/case-detail.ts'

export function aCase(overrides: Partial<Case> = {}): Case {
  return {
    id: 'late-order',
    vars: {},
    checks: [],
    rubric: [],
    tags: [],
    weight: 1,
    critical: false,
    line: 1,
    ...overrides,
  }
}

/** Runs one check, written as in a file, on an output. */
export function runCheck(
  entry: Record<string, unknown>,
  output: string,
  { deps, ...subject }: { deps?: CheckDeps } & Partial<Subject> = {},
): Promise<CheckResult> {
  return compileCheck(checkSchema.parse(entry), deps).run({ case: aCase(), output, ...subject })
}

/** The same for a check that no file could hold, since files are validated when they are read. */
export function runSpec(spec: Pick<CheckSpec, 'type' | 'value'>, output: string): Promise<CheckResult> {
  const plain = { name: 'unread', negate: false, weight: 1, must: false, caseSensitive: false }
  return compileCheck({ ...plain, ...spec } as CheckSpec).run({ case: aCase(), output })
}

/** The score of one check alone. */
export async function scoreOf(...args: Parameters<typeof runCheck>): Promise<number> {
  return (await runCheck(...args)).score
}
