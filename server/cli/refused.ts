/** The server or the store refused the command; the message is a sentence for the operator, printed without a stack. */
export class Refused extends Error {
  override name = 'Refused'
}
