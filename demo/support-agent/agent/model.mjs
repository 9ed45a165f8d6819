/** Simulated: what a model would read in the message of a customer, and how it would answer. No key, no network. */
export function understand(message) {
  const order = Number(/\b1\d{3}\b/.exec(message)[0])
  const amount = Number(/(\d+(?:\.\d+)?) (?:euros?|EUR)/i.exec(message)?.[1] ?? Number.NaN)
  return { order, amount, wants: /refund|money back|pay me back/i.test(message) ? 'refund' : 'status' }
}

export function reply({ order, wants }, found) {
  const state = `Your order ${order} is ${found.status}.`
  if (wants === 'status') return state
  if (found.refundable) return `${state} You get ${found.total} euros back. We are sorry for the trouble.`
  return `${state} A colleague looks at your request for a refund and answers within a day.`
}
