// Called once a case: the case's variables come as JSON on stdin, and the answer goes to stdout. Any language will do.
import { text } from 'node:stream/consumers'
import answer from './answer.mjs'

console.log(JSON.stringify(await answer(JSON.parse(await text(process.stdin)))))
