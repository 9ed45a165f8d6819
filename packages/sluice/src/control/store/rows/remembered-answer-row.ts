import { type RememberedAnswer, rememberedAnswerSchema } from '../../../records/remembered-answer.ts'
import { documentReader } from './stored-json.ts'

export const answerOf = documentReader<RememberedAnswer>('remembered answer', rememberedAnswerSchema)
