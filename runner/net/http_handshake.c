#include "net/http_private.h"

#include "base/text.h"

#include <openssl/ssl.h>

/* Keeps what the peer showed; libcurl looks at the name in it afterwards, and may still refuse. */
static void on_progress(const SSL *ssl, int where, int value)
{
	struct pr_http_call *call = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	X509 *certificate;
	int n;

	(void)value;
	if (!(where & SSL_CB_HANDSHAKE_DONE) || call->certificate)
		return;
	pr_text_copy(call->response.tls_version, sizeof call->response.tls_version,
		SSL_get_version(ssl));
	certificate = SSL_get1_peer_certificate(ssl);
	n = certificate ? i2d_X509(certificate, &call->certificate) : 0;
	call->response.certificate_len = n > 0 ? (size_t)n : 0;
	call->response.certificate = call->certificate;
	X509_free(certificate);
}

/* CURLOPT_SSL_CTX_FUNCTION */
static CURLcode on_context(CURL *easy, void *context, void *arg)
{
	(void)easy;
	SSL_CTX_set_app_data(context, arg);
	SSL_CTX_set_info_callback(context, on_progress);
	return CURLE_OK;
}

void pr_http_call_only_shake_hands(struct pr_http_call *call)
{
	curl_easy_setopt(call->easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(call->easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
	curl_easy_setopt(call->easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(call->easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
	curl_easy_setopt(call->easy, CURLOPT_SSL_CTX_DATA, call);
}

void pr_http_call_release_handshake(struct pr_http_call *call)
{
	OPENSSL_free(call->certificate);
	call->certificate = NULL;
}
