#include "net/http_private.h"

#include "base/env.h"
#include "base/log.h"
#include "base/text.h"
#include "net/tls.h"
#include "net/url.h"

/* A descriptor that libcurl asked us to wait for. */
struct socket_watch {
	struct socket_watch *next, *prev;
	struct pr_http_client *client;
	struct pr_watch watch;
};

static void collect(struct pr_http_client *client)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(client->multi, &left))) {
		struct pr_http_call *call = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)(void *)&call);
		pr_http_call_done(call, code);
	}
}

/* Without memory a socket or a timer may not be watched: what waits for it would wait for ever. */
static void give_up(struct pr_http_client *client)
{
	client->broken = false;
	for (struct pr_http_call *call = client->calls; call; call = call->next) {
		if (call->in_multi)
			pr_http_call_fail(call, PR_HTTP_MEMORY, "out of memory");
	}
}

static void act(struct pr_http_client *client, curl_socket_t fd, int mask)
{
	int running;

	if (curl_multi_socket_action(client->multi, fd, mask, &running) != CURLM_OK)
		client->broken = true;
	collect(client);
	if (client->broken)
		give_up(client);
}

static void on_timer(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static void on_socket(void *arg, int fd, unsigned events)
{
	struct socket_watch *socket = arg;
	int mask = 0;

	if (events & PR_IO_READ)
		mask |= CURL_CSELECT_IN;
	if (events & PR_IO_WRITE)
		mask |= CURL_CSELECT_OUT;
	act(socket->client, fd, mask);
}

/* CURLMOPT_TIMERFUNCTION. An error as the result would end all further use of the handle. */
static int set_timer(CURLM *multi, long ms, void *arg)
{
	struct pr_http_client *client = arg;

	(void)multi;
	if (ms < 0)
		pr_timer_stop(&client->timer);
	else if (pr_timer_start(client->loop, &client->timer, (int64_t)ms * 1000, on_timer, client))
		client->broken = true;
	return 0;
}

static void forget_socket(struct socket_watch *socket)
{
	pr_watch_stop(&socket->watch);
	if (socket->next)
		socket->next->prev = socket->prev;
	if (socket->prev)
		socket->prev->next = socket->next;
	else
		socket->client->sockets = socket->next;
	free(socket);
}

static struct socket_watch *new_socket(struct pr_http_client *client, curl_socket_t fd)
{
	struct socket_watch *socket = calloc(1, sizeof *socket);

	if (!socket)
		return NULL;
	socket->client = client;
	socket->next = client->sockets;
	if (socket->next)
		socket->next->prev = socket;
	client->sockets = socket;
	curl_multi_assign(client->multi, fd, socket);
	return socket;
}

/* CURLMOPT_SOCKETFUNCTION; as above. */
static int set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct pr_http_client *client = arg;
	struct socket_watch *socket = known;
	unsigned events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (socket)
			forget_socket(socket);
		return 0;
	}
	if (!socket)
		socket = new_socket(client, fd);
	if (what & CURL_POLL_IN)
		events |= PR_IO_READ;
	if (what & CURL_POLL_OUT)
		events |= PR_IO_WRITE;
	if (!socket ||
		pr_watch_start(client->loop, &socket->watch, fd, events, on_socket, socket, NULL))
		client->broken = true;
	return 0;
}

void pr_http_client_add(struct pr_http_client *client, struct pr_http_call *call)
{
	CURLMcode code = curl_multi_add_handle(client->multi, call->easy);

	call->in_multi = code == CURLM_OK;
	if (!call->in_multi)
		pr_http_call_fail(call, PR_HTTP_MEMORY, curl_multi_strerror(code));
	if (client->broken)
		give_up(client);
}

void pr_http_client_remove(struct pr_http_call *call)
{
	if (call->in_multi)
		curl_multi_remove_handle(call->client->multi, call->easy);
	call->in_multi = false;
}

static int copy_identity(struct pr_http_client *client, const struct pr_http_policy *policy)
{
	const struct {
		const char *from;
		char **to;
	} texts[] = {
		{policy->ca, &client->ca},
		{policy->certificate, &client->certificate},
		{policy->key, &client->key},
		{policy->server_name, &client->server_name},
		{policy->proxy, &client->proxy},
		{policy->connect_to, &client->redirection},
	};

	for (size_t i = 0; i < PR_LEN(texts); i++) {
		*texts[i].to = pr_text_dup(texts[i].from);
		if (texts[i].from && !*texts[i].to)
			return PR_ENOMEM;
	}
	return 0;
}

/* libcurl writes the address of a proxy that it cannot use into its messages. */
static int hide_proxies(const struct pr_http_policy *policy)
{
	static const char *const variables[] = {
		"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};

	for (size_t i = 0; i < PR_LEN(variables); i++) {
		const char *proxy = pr_env_get_set(variables[i]);

		if (proxy && pr_url_hide_password(proxy, NULL))
			return PR_ENOMEM;
	}
	return policy->proxy ? pr_url_hide_password(policy->proxy, NULL) : 0;
}

static int set_up(struct pr_http_client *client, const struct pr_http_policy *policy)
{
	client->verify_tls = policy->verify_tls;
	client->keep_alive = policy->keep_alive;
	client->ca_file = pr_tls_ca_file(policy->ca_file);
	client->user_agent =
		pr_text_dup(policy->user_agent ? policy->user_agent : "plan-runner/" PR_VERSION);
	client->multi = curl_multi_init();
	if (!client->user_agent || !client->multi || copy_identity(client, policy) ||
		hide_proxies(policy))
		return PR_ENOMEM;
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	return 0;
}

int pr_http_client_new(struct pr_loop *loop, const struct pr_http_policy *policy,
	struct pr_http_client **ret_client, struct pr_err *err)
{
	struct pr_http_client *client;

	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return pr_fail(err, PR_ENOMEM, "libcurl cannot be initialised");
	client = calloc(1, sizeof *client);
	if (!client)
		return pr_fail_nomem(err);
	client->loop = loop;
	if (set_up(client, policy)) {
		pr_http_client_free(client);
		return pr_fail_nomem(err);
	}
	*ret_client = client;
	return 0;
}

void pr_http_client_free(struct pr_http_client *client)
{
	struct socket_watch *next;

	if (!client)
		return;
	while (client->calls)
		pr_http_call_free(client->calls);
	if (client->multi)
		curl_multi_cleanup(client->multi);
	for (struct socket_watch *socket = client->sockets; socket; socket = next) {
		next = socket->next;
		pr_watch_stop(&socket->watch);
		free(socket);
	}
	pr_timer_stop(&client->timer);
	free(client->ca_file);
	free(client->user_agent);
	free(client->ca);
	free(client->certificate);
	free(client->key);
	free(client->server_name);
	free(client->proxy);
	free(client->redirection);
	free(client);
}

const char *pr_http_versions(void)
{
	return curl_version();
}
