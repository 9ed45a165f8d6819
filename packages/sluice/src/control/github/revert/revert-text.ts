import { longestGithubText } from '../../../core/github/github-api.ts'
import { codeBlock, codeSpan, inlineText, linkTarget } from '../../../text/markdown-escape.ts'
import { excerpt, visibleLine } from '../../../text/untrusted.ts'
import { timeText } from '../../words/moments.ts'
import type { RevertCases } from './revert-cases.ts'

/** What the pull request is about. */
export interface TakenBackVersion {
  feature: string
  /** The versions as people call them. */
  from: string
  to: string
  rolloutId: string | null
  by: string
  at: number
  reason: string | null
  link: string | undefined
  /** The default branch. */
  branch: string
  /** In the repository. */
  file: string
  /** The commit of the good version. */
  commit: string
}

export function revertTitle({ feature, to }: TakenBackVersion): string {
  return excerpt(`Take ${feature} back to ${visibleLine(to)}`, 200)
}

/** The last line of the commit, by which the branch is known for ours. */
export function revertTrailer(branch: string): string {
  return `Sluice-Revert: ${branch}`
}

/**
 * What happened and what the change does, with the post-mortem below it. Text of models, users and files is escaped.
 */
export function revertBody(
  taken: TakenBackVersion,
  cases: RevertCases | 'committed' | null,
  postMortem: string | null,
): string {
  const { from, to, by, at, reason, link, branch, file, commit, feature, rolloutId } = taken
  const intro = [
    `${codeSpan(from)} of ${codeSpan(feature)} was rolled back, ${timeText(at)} by ${inlineText(by)}. Everybody gets ${codeSpan(to)} again, but ${codeSpan(branch)} still has ${codeSpan(from)}: the next publication would offer it again.`,
    ...(reason === null ? [] : [`> ${inlineText(reason)}`]),
    `This change gives ${codeSpan(file)} the bytes that it had in ${codeSpan(commit)}.`,
    casesText(cases, rolloutId, feature),
    ...(link === undefined ? [] : [`[The page about it](${linkTarget(link)})`]),
  ]
  const page = postMortem === null ? '' : `\n\n---\n\n${postMortem}`
  const body = `${intro.join('\n\n')}${page}`
  if (body.length <= longestGithubText) return body
  const ending = `\n\nThe rest is too long for a pull request: ${codeSpan(`sluice rollout report ${rolloutId ?? feature}`)}`
  return `${body.slice(0, body.lastIndexOf('\n\n', longestGithubText - ending.length))}${ending}`
}

function casesText(cases: RevertCases | 'committed' | null, rolloutId: string | null, feature: string): string {
  if (cases === 'committed')
    return 'It was made at an earlier attempt. If it adds golden cases, **read them before you merge**.'
  if (cases && 'ids' in cases) {
    const list = cases.ids.map((id) => `- ${codeSpan(id)}`).join('\n')
    return `It adds these golden cases to ${codeSpan(cases.suite)}. **Read them before you merge**: they hold what users wrote, as it is after redaction.\n\n${list}`
  }
  const why = cases ? `No golden cases are added: ${cases.none}.` : 'No golden cases are added.'
  if (rolloutId === null) return why
  return `${why} By hand:\n\n${codeBlock(`sluice case add ${feature} --from rollout:${rolloutId}`, 'sh')}`
}

/** How somebody does the same in a checkout. */
export function revertByHand({ file, commit }: Pick<TakenBackVersion, 'file' | 'commit'>): string {
  return `git checkout ${commit} -- ${/^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`}`
}
