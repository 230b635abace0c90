import { Agent, request } from 'node:http'

/** Sends `count` requests over 20 keep-alive connections. Rejects at the first response that is not 200. */
export async function requestLoad(url: string, token: string, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 })
  let left = count
  const worker = async (): Promise<void> => {
    while (left-- > 0) await sendRequest(url, token, agent)
  }
  await Promise.all(Array.from({ length: 20 }, worker))
  agent.destroy()
}

function sendRequest(url: string, token: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume()
      response.on('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`${url} answered ${response.statusCode}`))
      })
    })
      .on('error', reject)
      .end()
  })
}
