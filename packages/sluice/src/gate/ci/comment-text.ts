import { longestGithubText } from '../../core/github/github-api.ts'

const roomForEnding = 400

/** What a comment and a job summary say below the report. */
export interface Surroundings {
  /** The address of the workflow run. */
  url: string | undefined
  /** Why something that a reader would expect is not there. */
  notes: readonly string[]
}

/** The hidden line by which a comment is found again: one for each project folder of a repository. */
export function commentMarker(folder: string): string {
  return `<!-- sluice report ${encodeURIComponent(folder).replaceAll('-', '%2D')} -->`
}

/** The report as it is posted, without the marker. `room` is what the marker needs. */
export function commentText(markdown: string, { url, notes }: Surroundings, room: number): string {
  const link = url === undefined ? [] : [`[The whole run, and its report as an artifact](${url})`]
  const below = [...notes.map((note) => `> ${note}`), ...link].join('\n\n')
  return `${fitted(markdown.trimEnd(), longestGithubText - room - below.length - 4)}\n\n${below}\n`
}

/** Cut after a whole paragraph; fences and collapsed parts that were open are closed. */
function fitted(markdown: string, limit: number): string {
  if (markdown.length <= limit) return markdown
  const cut = markdown.slice(0, limit - roomForEnding)
  const kept = cut.slice(0, Math.max(cut.lastIndexOf('\n\n'), 0) || cut.length)
  const fence = openFence(kept)
  const unclosed = (kept.match(/^<details>/gm) ?? []).length - (kept.match(/^<\/details>/gm) ?? []).length
  const ending = [
    ...(fence === undefined ? [] : [fence]),
    ...Array.from({ length: Math.max(0, Math.min(unclosed, 20)) }, () => '</details>'),
    '',
    '_Cut for length; the artifact has all of it._',
  ]
  return `${kept}\n${ending.join('\n')}`
}

function openFence(text: string): string | undefined {
  let open: string | undefined
  for (const [, fence = ''] of text.matchAll(/^(`{3,})/gm)) {
    if (open === undefined) open = fence
    else if (fence.length >= open.length) open = undefined
  }
  return open
}
