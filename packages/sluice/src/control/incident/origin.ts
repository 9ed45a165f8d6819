import { SluiceError } from '../../errors.ts'

/** Where failures are taken from. */
export type Origin =
  | { kind: 'outcome'; id: string }
  /** The worst judged answers of a rollout's canary. */
  | { kind: 'rollout'; id: string }
  | { kind: 'file'; file: string }

/** `outcome:<id>`, `rollout:<id>` or `file:<path>`. @throws SluiceError `invalid-input` */
export function parseOrigin(text: string): Origin {
  const [, kind, rest = ''] = /^(outcome|rollout|file):(.+)$/s.exec(text) ?? []
  if (kind === 'file') return { kind, file: rest }
  if (kind === 'outcome' || kind === 'rollout') return { kind, id: rest }
  throw new SluiceError('invalid-input', `--from ${text}: expected outcome:<id>, rollout:<id> or file:<path>`)
}
