/** The orders of a small shop. */
const orders = {
  1182: { total: 40, status: 'late' },
  1183: { total: 18.5, status: 'lost' },
  1184: { total: 129, status: 'delivered' },
  1185: { total: 64, status: 'late' },
  1186: { total: 12, status: 'delivered' },
  1187: { total: 310, status: 'lost' },
  1188: { total: 27, status: 'on its way' },
  1189: { total: 89.9, status: 'late' },
  1190: { total: 45, status: 'delivered' },
  1191: { total: 33, status: 'on its way' },
}

/** A support desk with four tools, and a record of what was done with them. */
export function openDesk(message) {
  const state = structuredClone(orders)
  const messages = [{ role: 'user', content: message }]
  const tools = {
    look_up: ({ order }) => ({ ...state[order], refundable: ['late', 'lost'].includes(state[order].status) }),
    refund({ order, amount }) {
      state[order].refunded = (state[order].refunded ?? 0) + amount
      return { refunded: amount }
    },
    escalate({ order, reason }) {
      state[order].escalated = reason
      return { queue: 'second level' }
    },
    close({ order }) {
      state[order].closed = true
      return 'closed'
    },
  }
  let count = 0
  /** Calls of one step are made together; each is [name, arguments]. */
  async function call(...calls) {
    const made = calls.map(([name, args]) => ({ id: `call-${++count}`, name, args }))
    const asked = made.map(({ id, name, args }) => ({ id, function: { name, arguments: JSON.stringify(args) } }))
    messages.push({ role: 'assistant', content: null, tool_calls: asked })
    const results = made.map(({ name, args }) => tools[name](args))
    for (const [index, { id }] of made.entries())
      messages.push({ role: 'tool', tool_call_id: id, content: JSON.stringify(results[index]) })
    return results
  }
  return { call, messages, state }
}
