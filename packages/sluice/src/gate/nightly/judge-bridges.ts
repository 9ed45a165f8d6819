import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { jsonIn } from '../../json.ts'
import { type JudgeBridge, judgeBridgeSchema } from '../../records/report/upgrade-report.ts'
import { replaceFile } from '../../replace-file.ts'
import { formatChange, formatInterval } from '../../text/format.ts'

/** In the store's folder, and in the repository, where a night on another machine finds it. */
export const bridgePlaces = { store: '.sluice/judge-bridges.jsonl', repository: 'judge-bridges.jsonl' } as const

/** Adds bridges to a file of them; a new one of the same feature and judges takes the place of the old one. */
export async function keepBridges(root: string, place: string, bridges: readonly JudgeBridge[]): Promise<void> {
  if (bridges.length === 0) return
  const text = await withBridges(root, place, bridges)
  const isPrivate = place === bridgePlaces.store
  await replaceFile(path.join(root, place), async (sink) => sink.write(text), { isPrivate })
}

/** The text of a file of bridges with more of them. */
export async function withBridges(root: string, place: string, bridges: readonly JudgeBridge[]): Promise<string> {
  const key = ({ feature, from, to }: JudgeBridge) => JSON.stringify([feature, from.id, from.model, to.id, to.model])
  const all = new Map([...(await bridgesIn(path.join(root, place))), ...bridges].map((bridge) => [key(bridge), bridge]))
  return [...all.values()].map((bridge) => `${JSON.stringify(bridge)}\n`).join('')
}

/** The newest bridge of a feature between two judges, by their versions. */
export async function findBridge(
  root: string,
  { feature, from, to }: { feature: string; from: string; to: string },
): Promise<JudgeBridge | undefined> {
  const all = await Promise.all(Object.values(bridgePlaces).map((place) => bridgesIn(path.join(root, place))))
  const found = all
    .flat()
    .filter((bridge) => bridge.feature === feature && bridge.from.id === from && bridge.to.id === to)
  return found.sort((a, b) => (a.at < b.at ? 1 : -1))[0]
}

/** What a reader of a history across two judges has to add, in a sentence. */
export function bridgeSentence({ offset, compared, at, from, to }: JudgeBridge): string {
  const { mean, confidence } = offset
  if (mean === null) return `The bridge of ${at.slice(0, 10)} between the judges has compared no case.`
  const interval = formatInterval(offset, formatChange)
  return `The bridge of ${at.slice(0, 10)} compared both judges on the same answers of ${compared} cases: ${to.model} scores ${formatChange(mean)} (${Math.round(confidence * 100)} %: ${interval}) against ${from.model}.`
}

/** A line that cannot be read is no bridge; the others still count. */
async function bridgesIn(file: string): Promise<JudgeBridge[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    return judgeBridgeSchema.safeParse(jsonIn(line)).data ?? []
  })
}
