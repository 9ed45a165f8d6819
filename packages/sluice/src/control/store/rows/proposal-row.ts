import { type Proposal, proposalSchema } from '../../../records/proposal.ts'
import { documentReader } from './stored-json.ts'

export const proposalRecordOf = documentReader<Proposal>('proposal', proposalSchema.loose())
