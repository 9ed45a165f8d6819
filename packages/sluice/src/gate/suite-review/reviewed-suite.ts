import type { Case } from '../../core/suite/cases/case.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf } from '../../core/suite/prompt/suites.ts'
import { textOf } from '../../core/suite/values/written.ts'
import type { ReviewFinding } from '../../records/report/suite-review.ts'

/** A suite with all its cases in memory. */
export interface ReviewedSuite {
  name: string
  /** Relative to the project's root. */
  file: string
  cases: readonly Case[]
}

/** Every suite of a feature; the cases inside a prompt file count as one. Two names of one file are one suite. */
export async function reviewedSuites(prompt: Prompt, project: LoadedProject): Promise<ReviewedSuite[]> {
  const named = Object.entries(prompt.suites)
  if (named.length === 0) return [{ name: 'testData', file: prompt.file, cases: prompt.inlineCases }]
  const byFile = new Map(named.reverse().map(([name, file]) => [file, name]))
  const suites: ReviewedSuite[] = []
  for (const [file, name] of [...byFile].reverse()) {
    const cases = await Array.fromAsync(casesOf(project.files, prompt, name, { root: project.config.root }))
    suites.push({ name, file: project.files.describe(file), cases })
  }
  return suites
}

/** The text of all variables of a case, for comparisons between cases. */
export function inputText({ vars }: Case): string {
  return Object.values(vars).map(textOf).join('\n')
}

type FindingParts = Pick<ReviewFinding, 'code' | 'message' | 'action'> & Partial<ReviewFinding>

/** A finding at one case of a suite, or at the suite's first line. */
export function findingAt(
  suite: { file: string },
  at: { line: number } | undefined,
  parts: FindingParts,
): ReviewFinding {
  return { file: suite.file, line: at?.line ?? 1, cases: [], fixable: false, ...parts }
}

const mostNamed = 5

/** `a, b and 3 more` */
export function named(ids: readonly string[]): string {
  const more = ids.length - mostNamed
  return more > 0 ? `${ids.slice(0, mostNamed).join(', ')} and ${more} more` : ids.join(', ')
}
