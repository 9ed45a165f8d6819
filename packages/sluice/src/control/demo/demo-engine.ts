import { SluiceError } from '../../errors.ts'
import { dayMs } from '../../time-units.ts'
import type { EngineOptions } from '../server/engine.ts'
import { simulatedJudging } from './demo-judge.ts'

type Given = Pick<EngineOptions, 'store' | 'clock' | 'log' | 'metrics' | 'random' | 'everyMs' | 'nightsOf'>

const keepLogMs = 90 * dayMs

/** The engine of the demo: it judges by a simulated model, and tells nobody, since there are no channels. */
export function demoEngineOptions(given: Given): EngineOptions {
  return {
    ...given,
    keepLogMs,
    judge: simulatedJudging(),
    redactorOf: async () => async (material) => material,
    redactTextsOf: async () => async (texts) => [...texts],
    notify: {
      ...{ channels: [], project: 'demo', linkTo: () => undefined },
      deliver: {
        fetch: () => Promise.reject(new SluiceError('cannot-run', 'the demo sends no messages')),
        random: given.random,
        sleep: async () => undefined,
      },
    },
  }
}
