import { z } from 'zod'

/** What the sources say of a claim; neither for nor against is `unsupported`. */
export const claimVerdictSchema = z.enum(['supported', 'unsupported', 'contradicted'])
export type ClaimVerdict = z.infer<typeof claimVerdictSchema>

const judgedClaimSchema = z.object({
  claim: z.string().describe('The passage of the output that makes the claim, as the judge quotes it.'),
  verdict: claimVerdictSchema.describe('`unsupported` where no source speaks for or against it.'),
  source: z.string().nullable().describe('The source that decides, as the rubric names it; null where none does.'),
  document: z.string().nullable().describe('Id of the retrieved document that holds the quote; null for none.'),
  quote: z.string().describe('The passage of the source that decides; empty where none does.'),
  reasoning: z.string().describe('Why, in the words of the judge.'),
  said: claimVerdictSchema
    .exactOptional()
    .describe('What the judge said, where its quote is not in the source, so that the claim counts as unsupported.'),
})
export type JudgedClaim = z.infer<typeof judgedClaimSchema>

/** How the claims of one output fare against the sources. An empty list: the output makes no claim. */
export const judgedClaimsSchema = z.object({
  list: z.array(judgedClaimSchema).describe('In the order of the judge.'),
  dropped: z.int().min(0).describe('Claims of the judge that do not occur in the output, and so are left out.'),
  cut: z.boolean().describe('The output makes more claims than are listed.'),
})
export type JudgedClaims = z.infer<typeof judgedClaimsSchema>

/** How many claims have a verdict. */
export function claimsThatAre(verdict: ClaimVerdict, { list }: Pick<JudgedClaims, 'list'>): number {
  return list.filter((one) => one.verdict === verdict).length
}
