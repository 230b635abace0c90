import { i18n } from '@lingui/core'
import { msg, plural } from '@lingui/core/macro'
import type { MessageDescriptor } from '@lingui/core'
import type { FailureDetail } from '../../../protocol/run.ts'
import type { FailureReason } from '../../../protocol/upstream-errors.ts'

type Reasons = Record<FailureReason, MessageDescriptor>

const proxyPassword = msg`The proxy requires a user name and password. Ask the operator to add them to the address in HTTP_PROXY or HTTPS_PROXY.`
const notHttp = msg`The server at the connection’s address does not speak HTTP. Check the address.`
const incompleteAddress = msg`The connection’s address leads to something other than a model provider. Check that it is complete: it often ends in /v1.`

function reasonsFor({ status = 0, seconds = 0, model, errorId = '' }: FailureDetail): Reasons {
  return {
    bad_status: msg`The model provider is unavailable (status ${status}). Try again in a moment.`,
    no_credit: msg`The account at the model provider has no credit left. Add credit, or choose another model.`,
    quota_used_up: msg`The quota at the model provider is used up, and waiting doesn’t help. Raise it, or choose another model.`,
    model_not_found:
      model === undefined
        ? msg`The model provider doesn’t know this model, or the connection’s address is not complete. Check both.`
        : msg`The model provider doesn’t know the model “${model}”, or the connection’s address is not complete. Check both.`,
    redirected: msg`The model provider redirects to another address. Enter that address in the connection.`,
    key_missing: msg`The model provider requires an API key, and this connection has none. Add one.`,
    key_invalid: msg`The connection’s API key contains a space or another invalid character. Enter the key again.`,
    proxy_needs_password: proxyPassword,
    proxy_refused: msg`The proxy refused the connection to the model provider (status ${status}). Check HTTP_PROXY and HTTPS_PROXY.`,
    proxy_unreachable: msg`The model provider cannot be reached through the proxy. Check HTTP_PROXY and HTTPS_PROXY.`,
    connect_timeout:
      seconds === 0
        ? msg`The model provider did not accept a connection in time. Check the connection’s address.`
        : msg`The model provider did not accept a connection within ${plural(seconds, { one: '# second', other: '# seconds' })}. Check the connection’s address.`,
    not_listening: msg`Nothing answers at the connection’s address. Check the address, and that the model server is running.`,
    connection_closed: msg`The model provider closed the connection. Try again in a moment.`,
    host_unknown: msg`The host in the connection’s address doesn’t exist. Check the address.`,
    host_not_resolved: msg`The host in the connection’s address cannot be looked up right now. Try again in a moment.`,
    no_route: msg`The server has no route to the model provider. Check the connection’s address and the network.`,
    not_http: notHttp,
    untrusted_certificate: msg`The model provider’s certificate is not trusted. Check the address, or add the certificate’s authority to the server.`,
    no_tls: msg`The server at the connection’s address does not use TLS. An address with http:// instead of https:// may work.`,
    connection_failed: msg`The connection to the model provider failed. Try again in a moment.`,
    address_invalid: msg`The connection’s address is not valid. It must start with http:// or https://.`,
    address_not_allowed: msg`Connections made on the page may not use this address, because it is a link-local or metadata address. Enter another address.`,
    web_page: incompleteAddress,
    no_model_list: incompleteAddress,
    list_timeout: msg`The model provider did not send its list of models within ${plural(seconds, { one: '# second', other: '# seconds' })}.`,
    not_listed_yet: msg`The model provider has not sent its list of models yet.`,
    answer_timeout: msg`The answer took longer than the limit of ${plural(seconds, { one: '# second', other: '# seconds' })}. Ask for a shorter answer, or have the operator raise AIOHTTP_CLIENT_TIMEOUT.`,
    filter_stopped: msg`The model provider’s content filter stopped this answer. Rephrase your message and try again.`,
    only_reasoning: msg`The model finished thinking without writing an answer. Try again.`,
    answer_too_long: msg`The answer was cut here because it reached the maximum length.`,
    internal: msg`Something went wrong on the server. Try again. If it happens again, give the error ID ${errorId} to an administrator.`,
    length_while_reasoning: msg`The model reached the length limit while it was still thinking, so it wrote no answer. Try again, or raise the limit.`,
  }
}

/** The sentence for a provider’s failure in the user’s language. Undefined if this page does not know the reason. */
export function reasonSentence(detail: FailureDetail): string | undefined {
  const reasons: Partial<Record<string, MessageDescriptor>> = reasonsFor(detail)
  const { reason = '' } = detail
  const sentence = Object.hasOwn(reasons, reason) ? reasons[reason] : undefined
  return sentence && i18n._(sentence)
}
