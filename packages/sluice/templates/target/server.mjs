// Started by sluice, with its port in PORT, and called once a case: the case's variables come as the JSON body of a POST, and the answer is the body that comes back.
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import answer from './answer.mjs'

const port = Number(process.env.PORT ?? 4555)
createServer(async (request, response) => {
  response.end(JSON.stringify(await answer(JSON.parse(await text(request)))))
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`))
