import type { Stage } from '../answers/answer-store.ts'
import type { AnswerSource } from '../answers/ledger.ts'
import { parseModelId } from '../suite/model.ts'

/** How many answers of one provider, for one purpose, come from recordings. */
interface AnswerOrigin {
  stage: Stage
  provider: string
  answers: number
  recorded: number
}

/** Counts where answers come from. */
export interface AnswerOrigins {
  add(model: string, stage: Stage, source: AnswerSource): void
  all(): AnswerOrigin[]
}

export function createAnswerOrigins(): AnswerOrigins {
  const origins = new Map<string, AnswerOrigin>()
  return {
    add(model, stage, source) {
      const provider = parseModelId(model)?.provider ?? model
      const key = `${stage} ${provider}`
      const origin = origins.get(key) ?? { stage, provider, answers: 0, recorded: 0 }
      origin.answers += 1
      if (source === 'recording') origin.recorded += 1
      origins.set(key, origin)
    },
    all: () => [...origins.values()],
  }
}
