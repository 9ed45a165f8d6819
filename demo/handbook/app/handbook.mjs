import { answer } from './model.mjs'
import { retrieve } from './retrieve.mjs'

/** Answers a question from the handbook, and reports the pages that it was shown. */
export default async function handbook({ question }, { version }) {
  const retrieved = retrieve(question)
  return { output: answer(version.messages[0].content, question, retrieved), retrieved }
}
