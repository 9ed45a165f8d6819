// Stands in for your application: replace the body by a call of it. `output` is what its users would see. Beside it goes
// what is known of the way there: `toolCalls` or `messages`, `state` for what it left behind, inputTokens, outputTokens, costUsd.
const teams = [
  ['safety', /did not inflate|overboard|injur|burn/i],
  ['returns', /swap|broken|torn|instead of/i],
  ['payments', /refund|invoice|charge/i],
  ['account', /newsletter|password|sign in/i],
  ['orders', /order|deliver/i],
]

export default async function answer({ message }) {
  const [team] = teams.find(([, words]) => words.test(message)) ?? []
  if (team === undefined) return { output: 'Thank you for your message.', toolCalls: [], state: { status: 'closed' } }
  return {
    output: `Your message is with our ${team} team.`,
    toolCalls: [{ name: 'assign', arguments: { team } }],
    state: { status: team === 'safety' ? 'urgent' : 'open' },
  }
}
