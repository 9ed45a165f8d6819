import { createHash } from 'node:crypto'
import type { Case } from '../../core/suite/cases/case.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import type { RubricItem } from '../../records/rubric.ts'

/**
 * SHA-256 in hex of all that a verdict on an output rests on beside the output: the variables of the case, its
 * reference, what was said before, and the question with what it is about. The rendered prompt is left out, since it
 * differs between versions that share their labels.
 * @param root the path of the project, which variables may hold and which differs between machines
 */
export function materialHash(
  { vars, expected, messages }: Case,
  { ask, sees, claims }: RubricItem,
  root: string,
): string {
  const plainMessages = messages?.map(({ role, content }) => ({ role, content }))
  const shown = { vars, expected: expected ?? null, messages: plainMessages, ask: ask.trim(), sees, claims }
  const text = canonicalJson(shown).replaceAll(root, '')
  return createHash('sha256').update(text).digest('hex')
}
