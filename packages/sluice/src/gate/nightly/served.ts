import type { AskFor } from '../../core/answers/ask.ts'
import type { Completion } from '../../core/providers/provider.ts'
import type { Served } from '../../records/report/night-report.ts'

type Stage = keyof Served

/** Collects which model and backend the provider names with each answer. */
export interface ServedLog {
  /** Asks like the given function, and notes what answered. */
  askFor: AskFor
  served(): Served
}

export function logServed(askFor: AskFor): ServedLog {
  const seen = { generation: emptyLog(), judge: emptyLog() }
  return {
    askFor(purpose) {
      const ask = askFor(purpose)
      const { stage } = purpose
      return async (request, question) => {
        const completion = await ask(request, question)
        if (stage !== 'embedding') note(seen[stage], completion)
        return completion
      }
    },
    served: () => ({ generation: sorted(seen.generation), judge: sorted(seen.judge) }),
  }
}

const emptyLog = () => ({ models: new Set<string>(), fingerprints: new Set<string>() })
type Log = ReturnType<typeof emptyLog>

function note({ models, fingerprints }: Log, { servedModel, fingerprint }: Completion): void {
  if (servedModel !== undefined) models.add(servedModel)
  if (fingerprint !== undefined) fingerprints.add(fingerprint)
}

function sorted({ models, fingerprints }: Log): Served[Stage] {
  return { models: [...models].sort(), fingerprints: [...fingerprints].sort() }
}

export interface ServedChange {
  code: 'served-model' | 'served-fingerprint'
  message: string
}

/**
 * The changes in what the provider serves since an earlier night. A backend answers under several fingerprints at a
 * time, so only a set without any of the earlier ones is a change. Whatever is missing on one of the nights is not
 * compared. `stages` are those whose model has the same name on both nights.
 */
export function servedChanges(now: Served, before: Served, since: string, stages: readonly Stage[]): ServedChange[] {
  return stages.flatMap((stage) => {
    const who = stage === 'judge' ? 'The judge' : 'The model'
    const [models, earlier] = [now[stage].models, before[stage].models]
    const changes: ServedChange[] = []
    if (bothReported(models, earlier) && models.join('\n') !== earlier.join('\n')) {
      const message = `${who} is served by ${models.join(', ')}; on ${since} it was ${earlier.join(', ')}.`
      changes.push({ code: 'served-model', message })
    }
    const [prints, earlierPrints] = [now[stage].fingerprints, before[stage].fingerprints]
    if (bothReported(prints, earlierPrints) && !prints.some((print) => earlierPrints.includes(print))) {
      const message = `${who} answers under another fingerprint, ${prints.join(', ')}; on ${since} it was ${earlierPrints.join(', ')}.`
      changes.push({ code: 'served-fingerprint', message })
    }
    return changes
  })
}

function bothReported(a: readonly string[], b: readonly string[]): boolean {
  return a.length > 0 && b.length > 0
}
