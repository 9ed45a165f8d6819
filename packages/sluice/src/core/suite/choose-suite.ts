import { SluiceError } from '../../errors.ts'
import type { Prompt } from './prompt.ts'
import { hint } from './suggest.ts'

/** The suite that a pull request runs where a prompt has one of this name. */
const usual = 'fast'

/** The suite that was asked for; else `fast`, or the first of a prompt that has no `fast`. */
export function chooseSuite({ suites }: Prompt, asked: string | undefined): string {
  if (asked !== undefined) return asked
  return Object.hasOwn(suites, usual) ? usual : (Object.keys(suites)[0] ?? usual)
}

/**
 * Before anything is paid for: that every feature has the suite that was asked for.
 * @throws SluiceError `invalid-input` for one that has others only
 */
export function requireSuites(prompts: readonly Prompt[], asked: string | undefined): void {
  if (asked === undefined) return
  for (const { suites, file } of prompts) {
    const names = Object.keys(suites)
    if (names.length === 0 || Object.hasOwn(suites, asked)) continue
    throw new SluiceError('invalid-input', `${file} has no suite "${asked}"${hint(asked, names)}`)
  }
}
