import { type TokenRecord, tokenRecordSchema } from '../../../records/token.ts'
import { documentReader } from './stored-json.ts'

export const tokenRecordOf = documentReader<TokenRecord>('token', tokenRecordSchema)
