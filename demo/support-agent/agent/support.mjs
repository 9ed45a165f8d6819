import { openDesk } from './desk.mjs'
import { reply, understand } from './model.mjs'

/** Answers one message of a customer, and reports what it did on the way. */
export default async function support({ message }) {
  const desk = openDesk(message)
  const request = understand(message)
  const { order } = request
  const [found] = await desk.call(['look_up', { order }])
  if (request.wants === 'refund') {
    if (found.refundable) await desk.call(['refund', { order, amount: found.total }])
    else await desk.call(['escalate', { order, reason: found.status }])
  }
  await desk.call(['close', { order }])
  return { output: reply(request, found), messages: desk.messages, state: desk.state }
}
