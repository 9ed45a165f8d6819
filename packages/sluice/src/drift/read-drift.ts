import type { EvidenceStore } from '../store/evidence-store.ts'
import type { Detector } from './detector.ts'
import { type DriftEvent, loadDrift } from './drift-state.ts'
import { type Signal, signalNames } from './signals.ts'

/** How one signal stands. Shares in [0,1]; null where not enough is known. */
interface SignalDrift {
  signal: Signal
  phase: 'learning' | 'watching'
  since: number
  /** Observations in this phase. */
  seen: number
  reference: { count: number; mean: number; tolerance: number } | null
  /** Mean since the reference. */
  mean: number | null
  /** Evidence of a change; an alarm comes where it reaches the threshold. */
  logR: number | null
  threshold: number | null
  /** While nothing changes, alarms are so many observations apart, on average and at the least. */
  runLength: number | null
}

export interface DriftView {
  version: string
  since: number
  judgeId: string | null
  servedModels: string[]
  fingerprints: string[]
  signals: SignalDrift[]
  events: DriftEvent[]
}

/** The drift watch of a feature's active version; null where nothing was watched yet, or cannot be read and begins anew. */
export async function readDrift(store: EvidenceStore, feature: string): Promise<DriftView | null> {
  const loaded = await loadDrift(store, feature)
  if (!loaded?.state) return null
  const { version, since, judgeId, models, fingerprints, detectors, events } = loaded.state
  return {
    version,
    since,
    judgeId,
    servedModels: models.names,
    fingerprints: fingerprints.names,
    signals: signalNames.map((signal) => signalDrift(signal, detectors[signal])),
    events,
  }
}

function signalDrift(signal: Signal, detector: Detector): SignalDrift {
  const { phase, since, seen } = detector
  if (detector.phase === 'learning')
    return { signal, phase, since, seen, reference: null, mean: null, logR: null, threshold: null, runLength: null }
  const { reference, mean, tolerance, sum, logR, runLength } = detector
  return {
    signal,
    phase,
    since,
    seen,
    reference: { count: reference, mean, tolerance },
    mean: seen === 0 ? null : sum / seen,
    logR,
    threshold: Math.log(runLength),
    runLength,
  }
}
