import type { Prompt } from '../suite/prompt.ts'

/** The suite that a pull request runs where a prompt has one of this name. */
const usual = 'fast'

/** The suite that was asked for; else `fast`, or the first of a prompt that has no `fast`. */
export function chooseSuite({ suites }: Prompt, asked: string | undefined): string {
  if (asked !== undefined) return asked
  return Object.hasOwn(suites, usual) ? usual : (Object.keys(suites)[0] ?? usual)
}
