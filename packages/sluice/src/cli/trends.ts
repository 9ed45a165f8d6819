import { createReadStream } from 'node:fs'
import path from 'node:path'
import { findRoot } from '../core/suite/project/project.ts'
import { SluiceError } from '../errors.ts'
import { shellWord } from '../gate/installation.ts'
import { readHistory } from '../gate/nightly/history-file.ts'
import { readTrends, type Trends } from '../gate/trends/read-trends.ts'
import { trendsText } from '../gate/trends/trend-lines.ts'
import { trendsPage, trendsSvg } from '../gate/trends/trends-page.ts'
import { replaceFile } from '../replace-file.ts'
import { readFlags, set, text } from './flags.ts'
import type { Host } from './host.ts'
import { openInBrowser } from './report.ts'

const trendsFlags = {
  /** Where the page goes. */
  out: text.optional(),
  svg: text.optional(),
  /** A file of `sluice nightly export`. */
  history: text.optional(),
  open: set.optional(),
}

/** `sluice trends [feature]`: what nights and runs measured over time, as a page and in the terminal. */
export async function trends(feature: string | undefined, given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('trends', trendsFlags, given)
  const root = await findRoot(host.cwd())
  const exported = flags.history === undefined ? [] : await exportedNights(flags.history, host)
  const shown = chosen(await readTrends(root, exported, host.mask), feature)
  const write = async (file: string, content: string, isPrivate = false) => {
    await replaceFile(file, async (sink) => sink.write(content), { isPrivate })
    host.stderr.write(`${file}\n`)
  }
  host.stdout.write(`${trendsText(shown, host.stdout.columns)}\n`)
  if (flags.svg !== undefined) await write(path.resolve(host.cwd(), flags.svg), trendsSvg(shown))
  const page = flags.out === undefined ? path.join(root, '.sluice', 'trends.html') : path.resolve(host.cwd(), flags.out)
  await write(
    page,
    await trendsPage(shown, { now: Date.now(), repeat: repeatText(feature, flags) }),
    flags.out === undefined,
  )
  if (flags.open) await openInBrowser(page, host.env)
  return 0
}

/** What makes the same page again, in the same folder. */
function repeatText(
  feature: string | undefined,
  { history, out }: { history?: string | undefined; out?: string | undefined },
): string {
  const words = [
    ...(feature === undefined ? [] : [feature]),
    ...(history === undefined ? [] : ['--history', history]),
    ...(out === undefined ? [] : ['--out', out]),
  ]
  return ['sluice trends', ...words.map((word) => shellWord(word))].join(' ')
}

async function exportedNights(file: string, host: Host) {
  const read = readHistory(createReadStream(path.resolve(host.cwd(), file)), file)
  const { records } = await read.catch((cause: unknown) => {
    if (cause instanceof SluiceError || !(cause instanceof Error)) throw cause
    throw new SluiceError('invalid-input', `${file}: cannot be read: ${cause.message}`, { cause })
  })
  return records
}

/** @throws SluiceError `invalid-input` where nothing is stored: an empty page would look like nothing to worry about */
function chosen({ features, unreadable }: Trends, feature: string | undefined): Trends {
  const own = feature === undefined ? features : features.filter((one) => one.feature === feature)
  if (own.length > 0) return { features: own, unreadable }
  const names = features.map((one) => one.feature).join(', ')
  const missing = unreadable.map((sentence) => `\n${sentence}`).join('')
  if (feature !== undefined && names !== '') {
    throw new SluiceError('invalid-input', `nothing is stored of ${feature}; there is something of ${names}${missing}`)
  }
  const about = feature === undefined ? '' : ` of ${feature}`
  throw new SluiceError(
    'invalid-input',
    `nothing is stored${about} yet: sluice nightly stores nights, and sluice gate and sluice eval store runs. On another machine, bring them along: sluice nightly export there, and --history here${missing}`,
  )
}
