import { inlineText } from '../../text/markdown-escape.ts'
import { excerpt } from '../../text/untrusted.ts'

/** What the last commit got of which anything was judged. */
export interface LastJudged {
  /** E.g. `WEAK PASS`. */
  word: string
  commit: string
  /** Whether this repository's own run judged it. */
  isVerified: boolean
}

const hidden = /^<!-- sluice judged ([A-Z ]+) ([0-9a-f]+|unknown) (verified|claimed) -->$/

/** The hidden line by which a later run knows; it follows the marker. */
export function judgedLine({ word, commit, isVerified }: LastJudged): string {
  const known = /^[0-9a-f]+$/.test(commit) ? commit : 'unknown'
  return `<!-- sluice judged ${word.replace(/[^A-Z ]/g, '')} ${known} ${isVerified ? 'verified' : 'claimed'} -->`
}

/** Read back from a comment of ours; undefined where it does not say. */
export function lastJudged(body: string): LastJudged | undefined {
  const [, word, commit, by] = hidden.exec(body.split('\n', 2)[1]?.trim() ?? '') ?? []
  return word === undefined || commit === undefined ? undefined : { word, commit, isVerified: by === 'verified' }
}

/** The report of a run that judged nothing, with what was said before: it neither stands nor turns into a pass. */
export function nothingJudged(markdown: string, commit: string, before: string): string {
  const [title = '', ...rest] = markdown.split('\n')
  const which = /^[0-9a-f]+$/.test(commit) ? `\`${commit.slice(0, 7)}\`` : 'the newest commit'
  return [title, '', `**Nothing of ${which} was judged.** ${earlierNote(before)}`, ...rest].join('\n')
}

function earlierNote(body: string): string {
  const last = lastJudged(body)
  if (!last) {
    const heading = body.split('\n').find((line) => line.trim() !== '' && !line.startsWith('<!--')) ?? ''
    return `What an earlier commit got still stands: ${inlineText(excerpt(heading.replace(/^[#\s]+/, ''), 200))}`
  }
  const commit = last.commit === 'unknown' ? '' : `, \`${last.commit.slice(0, 7)}\`,`
  const whose = last.isVerified ? '' : " by the fork's own run, not verified"
  return `The last commit that was judged${commit} got: **${last.word}**${whose}.`
}
