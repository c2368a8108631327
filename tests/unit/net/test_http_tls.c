#include "http_fixture.h"

#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define NAME "api.test"

/* One certificate for all: authority, server of the name above, and client. */
struct identity {
	EVP_PKEY *key;
	X509 *certificate;
	char key_pem[2048];
	char certificate_pem[4096];
};

struct tls_server {
	pid_t pid;
	char url[64];
};

static void add_extension(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static void copy_pem(BIO *bio, char *to, size_t size)
{
	int n = BIO_read(bio, to, (int)size - 1);

	assert_true(n > 0);
	to[n] = '\0';
	BIO_free(bio);
}

static void make_identity(struct identity *identity)
{
	X509 *x = X509_new();
	BIO *key = BIO_new(BIO_s_mem());
	BIO *certificate = BIO_new(BIO_s_mem());

	identity->key = EVP_EC_gen("P-256");
	identity->certificate = x;
	assert_non_null(identity->key);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, identity->key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
		(const unsigned char *)NAME, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(x, NID_subject_alt_name, "DNS:" NAME);
	assert_true(X509_sign(x, identity->key, EVP_sha256()) > 0);
	PEM_write_bio_PrivateKey(key, identity->key, NULL, NULL, 0, NULL, NULL);
	PEM_write_bio_X509(certificate, x);
	copy_pem(key, identity->key_pem, sizeof identity->key_pem);
	copy_pem(certificate, identity->certificate_pem, sizeof identity->certificate_pem);
}

static void free_identity(struct identity *identity)
{
	EVP_PKEY_free(identity->key);
	X509_free(identity->certificate);
}

/* Answers with the name that TLS asked for and the head of the request. */
static void answer(SSL *ssl)
{
	const char *name;
	char request[2048];
	char text[4096];
	int n;

	if (SSL_accept(ssl) != 1)
		return;
	n = SSL_read(ssl, request, sizeof request - 1);
	if (n <= 0)
		return;
	request[n] = '\0';
	name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nname=%s\n%s",
		name ? name : "", request);
	SSL_write(ssl, text, (int)strlen(text));
	SSL_shutdown(ssl);
}

static void serve(int fd, const struct identity *identity)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	signal(SIGPIPE, SIG_IGN);
	SSL_CTX_use_certificate(context, identity->certificate);
	SSL_CTX_use_PrivateKey(context, identity->key);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	X509_STORE_add_cert(SSL_CTX_get_cert_store(context), identity->certificate);
	for (;;) {
		int peer = accept(fd, NULL, NULL);
		SSL *ssl = SSL_new(context);

		SSL_set_fd(ssl, peer);
		answer(ssl);
		SSL_free(ssl);
		close(peer);
	}
}

static void tls_server_start(struct tls_server *server, const struct identity *identity)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	snprintf(server->url, sizeof server->url, "https://127.0.0.1:%d/a?b=c",
		ntohs(address.sin_port));
	server->pid = fork();
	if (server->pid == 0)
		serve(fd, identity);
	close(fd);
	assert_true(server->pid > 0);
}

static void tls_server_stop(struct tls_server *server)
{
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
}

static void shows_and_wants_certificates_from_memory_and_checks_the_name_it_is_given(void **state)
{
	static struct identity own, other;
	const struct {
		const char *ca;
		const char *certificate;
		const char *key;
		const char *name;
		bool answered;
		bool tls; /* the failure is one of TLS on our side */
	} cases[] = {
		{own.certificate_pem, own.certificate_pem, own.key_pem, NAME, true, false},
		{NULL, own.certificate_pem, own.key_pem, NULL, true, false}, /* nothing verified */
		{own.certificate_pem, own.certificate_pem, own.key_pem, NULL, false, true},
		{own.certificate_pem, own.certificate_pem, own.key_pem, "x.test", false, true},
		{other.certificate_pem, own.certificate_pem, own.key_pem, NAME, false, true},
		{own.certificate_pem, own.certificate_pem, other.key_pem, NAME, false, true},
		{own.certificate_pem, NULL, NULL, NAME, false, false},
	};
	struct fixture *f = *state;
	struct tls_server server;

	make_identity(&own);
	make_identity(&other);
	tls_server_start(&server, &own);
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		const struct pr_http_request request = {.url = server.url};
		const struct pr_http_policy policy = {.verify_tls = cases[i].ca != NULL,
			.ca = cases[i].ca,
			.certificate = cases[i].certificate,
			.key = cases[i].key,
			.server_name = cases[i].name};
		struct outcome o;

		fixture_client(f, &policy);
		fixture_call(f, &request, &o);
		assert_int_equal(o.failure == PR_HTTP_NONE, cases[i].answered);
		if (cases[i].tls)
			assert_int_equal(o.failure, PR_HTTP_TLS);
		assert_null(strstr(o.detail, "PLAN_RUNNER_CA_FILE"));
		if (!cases[i].answered)
			continue;
		if (cases[i].name)
			assert_non_null(strstr(o.body, "name=" NAME "\n"));
		assert_non_null(strstr(o.body, "GET /a?b=c HTTP/1.1\r\n"));
		assert_non_null(strstr(o.body, "Host: 127.0.0.1:"));
	}
	tls_server_stop(&server);
	free_identity(&own);
	free_identity(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shows_and_wants_certificates_from_memory_and_checks_the_name_it_is_given),
	};

	return cmocka_run_group_tests_name("http_tls", tests, NULL, NULL);
}
