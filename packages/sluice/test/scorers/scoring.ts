import { type CheckDeps, type CheckResult, compileCheck, type Subject } from '../../src/scorers/check.ts'
import type { Case } from '../../src/suite/case.ts'
import { checkSchema } from '../../src/suite/check-entry.ts'

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

/** The score of one check alone. */
export async function scoreOf(...args: Parameters<typeof runCheck>): Promise<number> {
  return (await runCheck(...args)).score
}
