import { openDesk } from './desk.mjs'
import { reply, understand } from './model.mjs'

/** Answers one message of a customer, and reports what it did on the way. */
export default async function support({ message }) {
  const desk = openDesk(message)
  const request = understand(message)
  const { order } = request
  const [found] = await desk.call(['look_up', { order }])
  const calls = [['close', { order }]]
  if (request.wants === 'refund') {
    if (found.refundable) calls.unshift(['refund', { order, amount: found.total }])
    else calls.unshift(['escalate', { order, reason: found.status }])
  }
  // What is left to do is known now, so it is done in one step.
  await desk.call(...calls)
  return { output: reply(request, found), messages: desk.messages, state: desk.state }
}
